// @nestjs/swagger takes twenty functions of `es-toolkit/compat`, which is a file for each of three hundred. Node reads them once
// per process, jest for each file of tests: it loads what is used, when it is.
module.exports = new Proxy(
  { __esModule: true },
  // oxlint-disable-next-line typescript/no-require-imports -- jest runs CommonJS
  { get: (own, name) => own[name] ?? require(`es-toolkit/compat/${name}`) },
);
