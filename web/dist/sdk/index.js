export * from "./798a72f6169d5a9c/index.js";
