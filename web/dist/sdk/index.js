export * from "./b71587c5120536e6/index.js";
