export { find, findReference, mustFind } from './find.ts'
export { findPresented, listOwed, type Owed, type OwedItem, type Presented } from './payable.ts'
