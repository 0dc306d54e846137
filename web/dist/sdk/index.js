export * from "./0607c7431d449e9c/index.js";
