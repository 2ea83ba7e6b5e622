export { presentmentRoutes } from './routes.ts'
