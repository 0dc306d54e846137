export * from "./0363fe6d0f9316ef/index.js";
