// @ts-check
/** One live region: what is said there is said once, when it has come to rest. */

const REST = 500;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * Say something soon, unless something else is to be said by then.
 * @param {() => string} words asked for when it is time
 */
export function speak(words) {
  clearTimeout(timer);
  timer = setTimeout(() => (region().textContent = words()), REST);
}

function region() {
  const known = document.getElementById("said");
  if (known) return known;
  const made = document.createElement("p");
  made.id = "said";
  made.className = "unseen";
  made.setAttribute("role", "status");
  return document.body.appendChild(made);
}

// There before it speaks: words that come with their region are often not read out.
region();
