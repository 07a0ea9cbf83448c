// Says beside the button which moment is ticked. Without this file the form works as it is.
(() => {
  const said = document.querySelector("[data-chosen]");
  const form = said?.closest("form");
  if (!form) return;

  const words = (element) => element.textContent.replace(/\s+/g, " ").trim();

  const say = () => {
    const radio = form.querySelector("[name=moment]:checked");
    if (!radio) return;
    // A legend that names neither day nor place says nothing beside the button.
    const parts = [radio.closest("fieldset").querySelector("legend[data-said]"), radio.closest("label")];
    said.textContent = parts.filter(Boolean).map(words).join(", ");
  };

  form.addEventListener("change", ({ target }) => {
    if (target.name !== "moment") return;
    history.replaceState({ ...history.state, moment: target.value }, "");
    say();
  });

  // On the way back a browser ticks by position, where another moment may stand by now: the page forbids it
  // (autocomplete="off"), and what was chosen is ticked again by its own value, as long as it is still offered.
  addEventListener("pageshow", () => {
    const kept = history.state?.moment;
    const moments = [...form.querySelectorAll("[name=moment]")];
    const same = moments.find((moment) => moment.value === kept);
    if (same && !moments.some((moment) => moment.checked)) same.checked = true;
    say();
  });
})();
