// @ts-check
/**
 * A link that editing makes too long: the server stores its kernels as a bank, and the link names
 * that. Where it cannot be stored, the long link stays, and the panel with the link says why.
 */
import { state, under } from "../state.js";
import { accepted, reason } from "./ask.js";
import { messages, say } from "./words.js";

/** Whether a bank in place of its kernels would shorten a link that is too long. @param {string} query */
export const tooLong = (query) => query.length > state.facts.longest.link && /(^|&)([0-9]+\.)?w\./.test(query);

/** The query of the same experiment with its kernels stored, if it is too long and they can be. @param {string} query */
export async function shortened(query) {
  if (!tooLong(query)) {
    told("");
    return query;
  }
  try {
    const short = await named(query);
    told("");
    return short;
  } catch (error) {
    const why = reason(error, "The server did not answer.");
    told(`This link is long, and some programs cut such links. Its kernels could not be stored: ${why}`);
    if (query.length > state.facts.longest.query) say(messages(), `This link is longer than a server takes, and its kernels could not be stored. ${why} The words and links here are those of an earlier change.`);
    return query;
  }
}

/** @param {string} query */
async function named(query) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const response = await fetch(under("/filters"), { method: "POST", headers, body: JSON.stringify({ query }) });
  return String((await (await accepted(response)).json()).url).replace(/^.*\?/, "");
}

/** @param {string} words none: what was said is taken back */
function told(words) {
  const said = document.getElementById("long-link") ?? document.createElement("p");
  said.id = "long-link";
  said.dataset.live = "";
  said.setAttribute("role", "status");
  if (said.textContent !== words) said.textContent = words;
  if (!words) said.remove();
  else if (!said.isConnected) document.getElementById("copied")?.parentElement?.after(said);
}
