# syntax=docker/dockerfile:1

# The compiler, its types and what builds the pages (some of it optional packages, one for each platform); nothing of this
# stage but dist/ is kept.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY sdk/package.json ./sdk/
COPY console/package.json ./console/
COPY examples/web-chat/package.json ./examples/web-chat/
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && rm dist/.build.tsbuildinfo

# What the server needs at run time. The embedded PostgreSQL (optional packages) has no place in an image.
FROM node:20-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY sdk/package.json ./sdk/
COPY console/package.json ./console/
COPY examples/web-chat/package.json ./examples/web-chat/
COPY scripts ./scripts
RUN npm ci --omit=dev --omit=optional && npm cache clean --force

FROM node:20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json LICENSE ./
COPY scripts ./scripts
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The user `node`, by number: orchestrators that forbid root check that.
USER 1000:1000
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8000}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1: it gets SIGTERM and drains. Other commands: --role worker, dist/src/cli.js migrate.
CMD ["node", "dist/src/main.js"]
