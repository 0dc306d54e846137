// Finds parts of the pages by words, without asking anybody: the index is one file
// beside this one, which comes when the field is first used.
const most = 20;
const root = new URL("./", import.meta.url);
const [box, field, found, count] = ["search", "words", "found", "count"].map((id) => document.getElementById(id));

let coming;
function index() {
  coming ??= fetch(new URL("search.json", root))
    .then((answer) => answer.json())
    .then(({ pages, parts }) =>
      parts.map(([at, anchor, title, text]) => ({
        address: new URL(at + (anchor && `#${anchor}`), root).href,
        page: pages[at],
        title,
        text,
        first: anchor === "",
        lowerPage: pages[at].toLowerCase(),
        lowerTitle: title.toLowerCase(),
        lower: text.toLowerCase(),
      })),
    );
  coming.catch(() => (coming = undefined)); // it is asked for again
  return coming;
}

const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\p{N}_-]+/gu) ?? [];

// begins says whether a word of a text begins so: 2 as a whole word, 1 as the beginning of one, 0 not.
function begins(text, word) {
  let best = 0;
  for (let i = text.indexOf(word); i >= 0 && best < 2; i = text.indexOf(word, i + 1)) {
    if (i > 0 && /[\p{L}\p{N}]/u.test(text[i - 1])) continue;
    best = /[\p{L}\p{N}]/u.test(text[i + word.length] ?? " ") ? 1 : 2;
  }
  return best;
}

// worth is how well a part fits: 0 when a word is in none of it.
function worth(part, words) {
  let sum = part.first ? 1 : 0;
  for (const word of words) {
    const points = 4 * begins(part.lowerTitle, word) + 2 * begins(part.lowerPage, word) + begins(part.lower, word);
    if (points === 0) return 0;
    sum += points;
  }
  return sum;
}

// around is what stands about the first of the words in the beginning of a part.
function around(part, words) {
  const [shown] = part.text.split("\n");
  const places = words.map((word) => part.lower.indexOf(word)).filter((i) => i >= 0 && i < shown.length);
  const at = Math.min(...places) - 40;
  const from = at > 0 && at < shown.length ? shown.indexOf(" ", at) + 1 : 0;
  return shown.slice(from, from + 140);
}

function line(part, words) {
  const [item, link, more] = ["li", "a", "span"].map((tag) => document.createElement(tag));
  link.href = part.address;
  link.textContent = part.title === part.page ? part.title : `${part.page}: ${part.title}`;
  more.textContent = around(part, words);
  link.append(more);
  item.append(link);
  return item;
}

async function show() {
  const asked = field.value;
  const words = wordsOf(asked);
  const parts = words.length > 0 ? await index() : [];
  if (asked !== field.value) return; // somebody typed on
  const best = parts
    .map((part) => [worth(part, words), part])
    .filter(([points]) => points > 0)
    .sort((a, b) => b[0] - a[0])
    .slice(0, most);
  found.replaceChildren(...best.map(([, part]) => line(part, words)));
  found.hidden = best.length === 0;
  count.textContent = words.length === 0 ? "" : best.length === 0 ? "Nothing is found" : `${best.length} parts are found`;
}

const close = () => (found.hidden = true);

box.hidden = false;
field.addEventListener("focus", () => void index().catch(() => undefined));
field.addEventListener("input", () => void show().catch(() => (count.textContent = "The index does not come: is the server there?")));
box.addEventListener("keydown", (e) => {
  const links = [...found.querySelectorAll("a")];
  if (e.key === "Escape") {
    close();
    field.focus();
  } else if (e.key === "Enter" && e.target === field) {
    links[0]?.click();
  } else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
    e.preventDefault();
    const next = links.indexOf(document.activeElement) + (e.key === "ArrowDown" ? 1 : -1);
    (links[Math.min(next, links.length - 1)] ?? field).focus();
  }
});
found.addEventListener("click", close);
document.addEventListener("pointerdown", (e) => box.contains(e.target) || close());
document.addEventListener("keydown", (e) => {
  if (e.key !== "/" || e.target instanceof HTMLInputElement) return;
  e.preventDefault();
  field.focus();
});
