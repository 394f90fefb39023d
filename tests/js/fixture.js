// @ts-check
import { readFileSync } from "node:fs";

/** @param {string} name */
export const fixture = (name) => JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8"));
