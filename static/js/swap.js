// Makes a part of the page look like its fresh copy and keeps every node that is in both.

/** What sits in `old` becomes what sits in `fresh`; focus, scroll, open details and typed input stay. */
export function swap(old, fresh) {
  const focused = address(document.activeElement);
  follow(old, fresh);
  if (focused && address(document.activeElement) !== focused) find(focused)?.focus({ preventScroll: true });
}

/** Something has been typed or ticked in here that no server has seen, or has just been refused by one. */
export function holdsInput(part) {
  return part.nodeType === Node.ELEMENT_NODE
    && [part, ...part.querySelectorAll("*")].some((element) => touched(element) || element.ariaInvalid === "true");
}

function touched(element) {
  if (element.localName === "select") return [...element.options].some((option) => option.selected !== chosen(option));
  if (element.type === "checkbox" || element.type === "radio") return element.checked !== element.defaultChecked;
  if (element.type === "file") return element.files.length > 0;
  if (element.localName === "input" || element.localName === "textarea") return element.value !== element.defaultValue;
  return false;
}

function chosen(option) {
  const select = option.closest("select");
  const marked = select.multiple || select.querySelector("option[selected]");
  return marked ? option.defaultSelected : option.index === 0;
}

function follow(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.isEqualNode(fresh) || (old.localName === "form" && holdsInput(old))) return;
  copyAttributes(old, fresh);
  const named = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  let here = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const same = named.get(next.id) ?? (alike(here, next) ? here : null);
    if (!same) {
      old.insertBefore(document.importNode(next, true), here);
    } else {
      if (same === here) here = here.nextSibling;
      else old.insertBefore(same, here);
      follow(same, next);
    }
  }
  while (here) {
    const gone = here;
    here = here.nextSibling;
    if (!holdsInput(gone)) gone.remove();
  }
}

function alike(old, fresh) {
  return old?.nodeName === fresh.nodeName && !old.id && !fresh.id;
}

function copyAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !(name === "open" && old.localName === "details")) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

/** Where an element stands, told so that its successor can be found: the nearest id, then what it leads to. */
function address(element) {
  if (!element || element === document.body) return null;
  if (element.id) return `#${CSS.escape(element.id)}`;
  const [attribute] = ["href", "name", "value"].filter((name) => element.hasAttribute(name));
  const own = element.localName + (attribute ? `[${attribute}=${CSS.escape(element.getAttribute(attribute))}]` : "");
  const within = element.closest("form[action]");
  const form = within ? ` form[action=${CSS.escape(within.getAttribute("action"))}]` : "";
  const home = element.closest("[id]");
  return `${home ? `#${CSS.escape(home.id)}` : "body"}${home === within ? "" : form} ${own}`;
}

function find(place) {
  return document.querySelector(place);
}
