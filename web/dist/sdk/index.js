export * from "./b1504dddc430e24d/index.js";
