/* The page of a section of questions: conditions, calculated values, tables and counters follow what is typed.
   Comfort only: the server asks, counts and calculates by itself, with the same rules (programme/questionnaire.py). */
(function () {
  "use strict";

  const form = document.querySelector("form.fb-questions");
  if (!form) return;
  const elsewhere = JSON.parse(form.dataset.valeurs || "{}");
  const blocks = [...form.querySelectorAll(".fb-question")];
  const NBSP = "\u00a0";

  // --- What is typed, as the server reads it ---------------------------------------------------------------------

  // The server counts characters, not the units of JavaScript, without the blanks around, a line break being one.
  function counted(text) {
    return text.replace(/\r\n?/g, "\n").replace(/\u0000/g, "").replace(
      /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g, "");
  }

  function length(text) {
    return [...counted(text)].length;
  }

  function number(text) {
    const compact = text.replace(/\s/g, "").replace("−", "-");
    return /^-?\d{1,12}([.,]\d{1,6})?$/.test(compact) ? Number(compact.replace(",", ".")) : null;
  }

  function cents(text) {
    const compact = text.replace(/[\s€]/g, "");
    const match = /^(\d+)(?:[.,](\d{1,2}))?$/.exec(compact);
    return match ? Number(match[1]) * 100 + Number((match[2] || "0").padEnd(2, "0")) : null;
  }

  function day(text) {
    const match = /^(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})$/.exec(text);
    const iso = match ? [match[3], match[2].padStart(2, "0"), match[1].padStart(2, "0")].join("-") : text;
    return /^\d{4}-\d{2}-\d{2}$/.test(iso) && !isNaN(Date.parse(iso)) ? iso : null;
  }

  function read(nature, text) {
    if (nature === "number") return number(text);
    if (nature === "amount") return cents(text);
    if (nature === "date") return day(text);
    return text || null;
  }

  function valueOf(block) {
    const nature = block.dataset.nature, name = block.dataset.nom;
    if (nature === "table") return rowsOf(block);
    const fields = [...form.querySelectorAll("[name='" + name + "']")];
    if (nature === "choice") return (fields.find((one) => one.checked) || {}).value || null;
    if (nature === "choices") return fields.filter((one) => one.checked).map((one) => one.value);
    // What the script cannot know (a chosen file, a commune being typed) is as it was saved.
    if (nature === "file") return elsewhere[block.dataset.question];
    if (nature === "commune") {
      const typed = fields[0].value.trim();
      return typed ? (fields[0].defaultValue.trim() === typed && elsewhere[block.dataset.question]) || typed : null;
    }
    return fields.length ? read(nature, counted(fields[0].value)) : null;
  }

  function rowsOf(block) {
    return [...block.querySelectorAll("tbody tr")].map(function (row) {
      const cells = {};
      row.querySelectorAll("input").forEach(function (input) {
        const value = read(input.dataset.nature, counted(input.value));
        if (value !== null) cells[input.dataset.colonne] = value;
      });
      return cells;
    }).filter((cells) => Object.keys(cells).length);
  }

  // --- Conditions (programme.questionnaire.shown) ----------------------------------------------------------------

  function isEmpty(value) {
    return value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
  }

  function folded(text) {
    return String(text).replace(/[œŒ]/g, "oe").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  }

  function holds(condition, values) {
    if (!condition) return true;
    if (condition.all) return condition.all.every((part) => holds(part, values));
    if (condition.any) return !condition.any.length || condition.any.some((part) => holds(part, values));
    return !condition.question || test(condition.op, values[condition.question], condition.value);
  }

  function test(op, answer, value) {
    if (op === "filled" || op === "empty") return isEmpty(answer) === (op === "empty");
    if (isEmpty(answer)) return false;
    if (Array.isArray(answer)) return answer.map(String).includes(String(value)) === (op !== "is_not");
    if (op === "contains") return folded(answer).includes(folded(value));
    const numeric = typeof answer === "number";
    const left = numeric ? answer : String(answer).trim(), right = numeric ? Number(value) : String(value).trim();
    return { is: left === right, is_not: left !== right, more: left > right, less: left < right }[op];
  }

  // --- Formulas (programme.formulas) -----------------------------------------------------------------------------

  function numbersOf(name, values) {
    const [slug, column] = name.split(".");
    const answer = values[slug];
    const found = column ? (Array.isArray(answer) ? answer : []).map((row) => row[column]) : [answer];
    return found.filter((one) => typeof one === "number");
  }

  function namesIn(node) {
    if (node[0] === "number") return [];
    if (node[0] === "name") return [node[1]];
    return node[0] === "sum" ? [node[1] + "." + node[2]] : namesIn(node[1]).concat(namesIn(node[2]));
  }

  function result(node, value) {
    const kind = node[0];
    if (kind === "number") return Number(node[1]);
    if (kind === "name") return value(node[1]);
    if (kind === "sum") return value(node[1] + "." + node[2]);
    const left = result(node[1], value), right = result(node[2], value);
    if (left === null || right === null || (kind === "/" && right === 0)) return null;
    return { "+": left + right, "-": left - right, "*": left * right, "/": left / right }[kind];
  }

  function calculated(box, values) {
    if (!box.dataset.formule) return null;
    const tree = JSON.parse(box.dataset.formule), money = JSON.parse(box.dataset.montants || "[]");
    const names = namesIn(tree);
    if (names.length && !names.some((name) => numbersOf(name, values).length)) return null;
    const found = result(tree, function (name) {
      const sum = numbersOf(name, values).reduce((total, one) => total + one, 0);
      return money.includes(name) ? sum / 100 : sum;
    });
    if (found === null || !isFinite(found)) return null;
    // Half away from zero, as the server rounds; the small part absorbs what binary fractions lose (1.005 × 100).
    const hundredths = Math.sign(found) * Math.round(Math.abs(found) * 100 + 1e-7);
    return box.dataset.forme === "amount" ? hundredths : hundredths / 100;
  }

  // --- French ----------------------------------------------------------------------------------------------------

  function integer(value) {
    return String(value).replace(/\B(?=(\d{3})+$)/g, NBSP);
  }

  function decimal(value) {
    const [whole, rest] = String(Math.abs(Math.round(value * 1e6) / 1e6)).split(".");
    return (value < 0 ? "−" : "") + integer(whole) + (rest ? "," + rest : "");
  }

  function euros(value) {
    const whole = Math.floor(Math.abs(value) / 100), rest = Math.abs(value) % 100;
    return (value < 0 ? "−" : "") + integer(whole) + (rest ? "," + String(rest).padStart(2, "0") : "") + NBSP + "€";
  }

  // --- The page follows ------------------------------------------------------------------------------------------

  function follow() {
    const values = Object.assign({}, elsewhere);
    blocks.forEach(function (block) { delete values[block.dataset.question]; });
    blocks.forEach(function (block) {
      const asked = holds(block.dataset.condition && JSON.parse(block.dataset.condition), values);
      block.hidden = !asked;
      block.querySelector("input[name='vue']").disabled = !asked;
      if (!asked) return;
      const box = block.querySelector(".fb-calcul");
      values[block.dataset.question] = box ? calculated(box, values) : valueOf(block);
      if (box) show(box.querySelector("output"), box.dataset.forme, values[block.dataset.question]);
      if (block.dataset.nature === "table") total(block, values[block.dataset.question]);
    });
  }

  function show(output, format, value) {
    const text = value === null ? "pas encore calculé" : format === "amount" ? euros(value) : decimal(value);
    if (output.textContent !== text) output.textContent = text;
  }

  function total(block, rows) {
    block.querySelectorAll("[data-somme]").forEach(function (cell) {
      const column = cell.dataset.somme;
      const input = block.querySelector("input[data-colonne='" + column + "']");
      const sum = rows.reduce((all, row) => all + (typeof row[column] === "number" ? row[column] : 0), 0);
      show(cell.querySelector("output"), input ? input.dataset.nature : "number", sum);
    });
  }

  // --- Tables ----------------------------------------------------------------------------------------------------

  function lines(table) {
    return [...table.querySelectorAll("tbody tr")];
  }

  // Names, identifiers and labels carry the number of the line: they are written again after each change.
  function renumber(table) {
    lines(table).forEach(function (row, index) {
      const name = table.id.slice(3);
      row.dataset.ligne = index;
      row.querySelectorAll("input").forEach(function (input) {
        input.name = name + "-" + index + "-" + input.dataset.colonne;
        input.id = "id_" + input.name;
        input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/ligne \S+$/, "ligne " + (index + 1)));
      });
      const button = row.querySelector("button");
      button.value = name + "-" + index;
      button.title = button.textContent = "Retirer la ligne " + (index + 1);
    });
    table.querySelector("button[name='ajouter']").hidden = lines(table).length >= Number(table.dataset.lignesMax);
  }

  function addLine(table) {
    const row = table.querySelector("template").content.firstElementChild.cloneNode(true);
    table.querySelector("tbody").append(row);
    renumber(table);
    row.querySelector("input").focus();
  }

  function removeLine(table, row) {
    const index = lines(table).indexOf(row);
    row.remove();
    if (!lines(table).length) addLine(table);
    renumber(table);
    const next = lines(table)[Math.min(index, lines(table).length - 1)];
    next.querySelector("input").focus();
  }

  form.addEventListener("click", function (event) {
    const button = event.target.closest("button[name='ajouter'], button[name='retirer']");
    const table = button && button.closest(".fb-tableau");
    if (!table) return;
    event.preventDefault();
    if (button.name === "ajouter") addLine(table);
    else removeLine(table, button.closest("tr"));
    // Whoever keeps what is typed hears of it as of any typing.
    form.dispatchEvent(new Event("input", { bubbles: true }));
    form.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // --- Counters --------------------------------------------------------------------------------------------------

  function count(field) {
    const limit = Number(field.dataset.limite), used = length(field.value), counter = field.counter;
    const over = used - limit;
    counter.textContent = over > 0
      ? integer(used) + " signes : retirez-en " + integer(over)
      : integer(used) + (used > 1 ? " signes" : " signe") + " sur " + integer(limit);
    counter.classList.toggle("fb-err", over > 0);
  }

  form.querySelectorAll("[data-limite]").forEach(function (field) {
    field.counter = document.createElement("p");
    field.counter.className = "fr-hint-text fb-compte";
    field.counter.id = field.id + "_compte";
    field.after(field.counter);
    field.setAttribute("aria-describedby",
      [field.getAttribute("aria-describedby"), field.counter.id].filter(Boolean).join(" "));
    count(field);
  });

  form.addEventListener("input", function (event) {
    if (event.target.dataset.limite) count(event.target);
    follow();
  });
  form.addEventListener("change", follow);
  // Whoever puts back a text that was kept in the browser.
  form.addEventListener("reponses-remises", function () {
    form.querySelectorAll("[data-limite]").forEach(count);
    follow();
  });
  window.addEventListener("pageshow", follow);
  follow();
})();
