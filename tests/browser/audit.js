// What a page gets wrong for a clerk with a phone or a keyboard; run inside the page.
() => {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (element) => !element.closest(".hidden, .skip");
  for (const element of all("button, select, textarea, summary, .button, input:not([type=hidden])")) {
    const target = element.matches("[type=radio], [type=checkbox]") ? element.closest("label") : element;
    if (shown(element) && target.getBoundingClientRect().height < 44) {
      faults.push(`too small to press: ${element.outerHTML.slice(0, 80)}`);
    }
    const isField = element.matches("input, select, textarea");
    if (isField && !element.labels.length && !element.getAttribute("aria-label")) {
      faults.push(`without a label: ${element.name}`);
    }
  }
  for (const element of all("body *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const size = parseFloat(getComputedStyle(element).fontSize);
    if (hasText && shown(element) && !element.closest("svg") && size < 16) {
      faults.push(`text of ${size} px: ${element.textContent.slice(0, 40)}`);
    }
  }
  const ids = all("[id]").map((element) => element.id);
  faults.push(...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `id twice: ${id}`));
  for (const name of ["aria-describedby", "aria-labelledby"]) {
    for (const id of all(`[${name}]`).flatMap((element) => element.getAttribute(name).split(" "))) {
      if (!ids.includes(id)) faults.push(`${name} points nowhere: ${id}`);
    }
  }
  if (all("h1").length !== 1) faults.push("not exactly one h1");
  if (document.documentElement.scrollWidth > window.innerWidth) faults.push("wider than the window");
  return faults;
}
