import { dirname, join } from "node:path";

/** The folder of package.json; the compiled tests lie two folders below `dist`. */
export const packageRoot = dirname(join(__dirname, "..", ".."));
