// The sums of the grid follow what is typed; without this they are those of the last save.
(() => {
  const form = document.querySelector("[data-sums]");
  if (!form) return;
  const fields = [...form.querySelectorAll("[data-sum]")];
  const initial = new Map(fields.map((field) => [field, field.value]));
  let isSent = false;

  const add = (sums, key, number) => sums.set(key, (sums.get(key) || 0) + number);

  const sum = () => {
    const rows = new Map();
    const columns = new Map();
    let all = 0;
    for (const field of fields) {
      const [row, column] = field.dataset.sum.split(" ");
      const number = Math.max(0, Math.trunc(field.valueAsNumber || 0));
      add(rows, row, number);
      add(columns, column, number);
      all += number;
    }
    for (const output of form.querySelectorAll("[data-sum-row]")) output.value = rows.get(output.dataset.sumRow) || 0;
    for (const output of form.querySelectorAll("[data-sum-column]"))
      output.value = columns.get(output.dataset.sumColumn) || 0;
    form.querySelector("[data-sum-all]").value = all;
  };

  form.addEventListener("input", sum);
  // Another language leaves the page, too: what is typed comes along.
  document.addEventListener("submit", ({ target }) => {
    isSent ||= target === form || target.matches(".languages");
  });
  // Numbers that were typed for one way of service are not lost by looking at another.
  window.addEventListener("beforeunload", (event) => {
    if (!isSent && fields.some((field) => field.value !== initial.get(field))) event.preventDefault();
  });
  sum();
})();
