# LoRA Dropout Lab with its packages; data and results lie in /work (docs/docker.md).
FROM node:22-bookworm-slim
WORKDIR /lab
COPY . .
RUN node scripts/run.mjs install && npm cache clean --force

WORKDIR /work
ENTRYPOINT ["node", "--import", "/lab/node_modules/tsx/dist/esm/index.mjs", "/lab/packages/lab/src/main.ts"]
CMD ["--help"]
