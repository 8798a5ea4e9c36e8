/* Nothing typed is lost. Every keystroke in a form that has data-keep, or a long text to write, goes to this browser's
   IndexedDB, which outlives a crash (localStorage reaches the disk seconds later); a form that has data-autosave is also
   saved on the server while one types. What the server lacks is offered back on the next visit of the same page by the
   same account. data-keep-not, on a form or a field, leaves it alone. */
(function () {
  "use strict";

  const PAUSE = 600, LIMIT = 1500, SLOWEST = 30000, PATIENCE = 15000, KEPT_DAYS = 30;
  const FORGET = "fabriques:oublier";
  const user = document.body.dataset.user || "";
  const kept = { saved: "gardé dans ce navigateur", lost: "gardez cette page ouverte" };

  // --- The browser's own store: one record a page, with the fields that the server does not have ---------------------

  const base = new Promise(function (resolve) {
    try {
      const asked = indexedDB.open("fabriques", 1);
      asked.onupgradeneeded = function () { asked.result.createObjectStore("saisies", { keyPath: "id" }); };
      asked.onsuccess = function () { resolve(asked.result); };
      asked.onerror = asked.onblocked = function () { resolve(null); };
    } catch (error) {
      resolve(null);
    }
  });

  function store(mode, act) {
    return base.then(function (database) {
      if (!database) return null;
      return new Promise(function (resolve) {
        const transaction = database.transaction("saisies", mode, { durability: "strict" });
        const request = act(transaction.objectStore("saisies"));
        transaction.oncomplete = function () { resolve(request ? request.result : true); };
        transaction.onerror = transaction.onabort = function () { resolve(null); };
      });
    });
  }

  const allRecords = function () { return store("readonly", function (rows) { return rows.getAll(); }); };
  const putRecord = function (record) { return store("readwrite", function (rows) { return rows.put(record); }); };
  const dropRecord = function (id) { return store("readwrite", function (rows) { return rows.delete(id); }); };

  function cookie(name) {
    const found = document.cookie.split("; ").find(function (pair) { return pair.startsWith(name + "="); });
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  // Forgotten: what the server says it received, what somebody signed out of, what is a month old.
  async function forget() {
    let left = "";
    try { left = localStorage.getItem(FORGET) || ""; } catch (error) { /* no storage, nothing to read */ }
    const received = cookie("recu"), oldest = Date.now() - KEPT_DAYS * 86400000;
    for (const record of (await allRecords()) || []) {
      const sent = received && record.sent === received;
      if (sent || record.at < oldest || (left && record.user === left)) await dropRecord(record.id);
    }
    if (left) localStorage.removeItem(FORGET);
  }

  // --- Fields -------------------------------------------------------------------------------------------------------

  const IGNORED = ["hidden", "file", "password", "submit", "button", "reset", "image"];

  function controlsOf(form) {
    return Array.from(form.elements).filter(function (one) {
      return one.name && !IGNORED.includes(one.type) && !one.hasAttribute("data-keep-not");
    });
  }

  function valuesOf(form) {
    const values = {};
    controlsOf(form).forEach(function (one) {
      const list = values[one.name] = values[one.name] || [];
      if (one.type === "checkbox" || one.type === "radio") {
        if (one.checked) list.push(one.value);
      } else if (one.type === "select-multiple") {
        Array.from(one.selectedOptions).forEach(function (option) { list.push(option.value); });
      } else {
        list.push(one.value);
      }
    });
    return values;
  }

  function setValues(form, name, values) {
    const rest = values.slice();
    controlsOf(form).filter(function (one) { return one.name === name; }).forEach(function (one) {
      if (one.type === "checkbox" || one.type === "radio") one.checked = values.includes(one.value);
      else if (one.type === "select-multiple") {
        Array.from(one.options).forEach(function (option) { option.selected = values.includes(option.value); });
      } else one.value = rest.length ? rest.shift() : "";
      one.dispatchEvent(new Event("input", { bubbles: true }));
      one.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  function wordsOf(node) {
    const copy = node.cloneNode(true);
    copy.querySelectorAll(".fr-hint-text, .fab-need, .fr-sr-only").forEach(function (one) { one.remove(); });
    return copy.textContent.trim().replace(/\s+/g, " ");
  }

  function labelOf(form, name) {
    const one = controlsOf(form).find(function (control) { return control.name === name; });
    if (!one) return name;
    const legend = ["checkbox", "radio"].includes(one.type) && one.closest("fieldset");
    const label = (legend && legend.querySelector("legend")) || (one.labels && one.labels[0]);
    return label ? wordsOf(label) : one.getAttribute("aria-label") || name;
  }

  // What a person reads of values: the words of a choice, not its code.
  function shownOf(form, name, values) {
    const controls = controlsOf(form).filter(function (control) { return control.name === name; });
    const words = values.map(function (value) {
      for (const one of controls) {
        if (one.options) {
          const option = Array.from(one.options).find(function (other) { return other.value === value; });
          if (option) return option.textContent.trim();
        } else if (["checkbox", "radio"].includes(one.type) && one.value === value && one.labels[0]) {
          return wordsOf(one.labels[0]);
        }
      }
      return value;
    });
    return words.join("\n") || "(vide)";
  }

  const same = function (one, other) { return JSON.stringify(one) === JSON.stringify(other); };

  function element(tag, attributes, text) {
    const made = document.createElement(tag);
    Object.entries(attributes || {}).forEach(function (pair) { made.setAttribute(pair[0], pair[1]); });
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // --- One form -----------------------------------------------------------------------------------------------------

  function Keeper(form) {
    this.form = form;
    this.place = form.dataset.keep || location.pathname + "#" + (form.id || form.getAttribute("action") || "");
    this.url = form.dataset.autosave || "";
    this.id = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2) + Date.now();
    this.server = valuesOf(form);
    // A page that comes back with errors shows what was typed, not what is saved.
    this.unsaved = form.hasAttribute("data-unsaved") || document.getElementById("erreurs") !== null;
    this.extra = {};
    this.states = document.querySelectorAll("[data-keep-state]");
    this.live = element("p", { class: "fr-sr-only", "aria-live": "polite" });
    form.after(this.live);
    form.addEventListener("input", this.changed.bind(this));
    form.addEventListener("change", this.changed.bind(this));
    form.addEventListener("submit", this.submitting.bind(this));
    window.addEventListener("online", this.soon.bind(this, 0));
    window.addEventListener("pagehide", this.leaving.bind(this));
    document.addEventListener("visibilitychange", this.leaving.bind(this));
    this.look();
  }

  Keeper.prototype.dirty = function () {
    const now = valuesOf(this.form), fields = Object.assign({}, this.extra);
    Object.keys(now).forEach(function (name) {
      if (!same(now[name], this.server[name] || [])) fields[name] = now[name];
    }, this);
    return fields;
  };

  Keeper.prototype.changed = function (event) {
    if (!event.isTrusted && event.type === "change") return;
    if (event.target.name && event.target.name.startsWith("choix-")) return;
    this.keep();
    if (this.url) this.soon(PAUSE);
  };

  // One write at a time; what is typed meanwhile makes one more.
  Keeper.prototype.keep = async function () {
    if (!user || this.silent) return;
    this.again = true;
    if (this.keeping) return this.keeping;
    this.keeping = this.keepNow();
    await this.keeping;
    this.keeping = null;
  };

  Keeper.prototype.keepNow = async function () {
    while (this.again) {
      this.again = false;
      const fields = this.dirty();
      if (Object.keys(fields).length) {
        const record = { id: this.id, user: user, place: this.place, at: Date.now(), fields: fields, sent: this.sent || "" };
        this.inBrowser = await putRecord(record);
      } else {
        await dropRecord(this.id);
      }
    }
  };

  // --- What an earlier page left

  Keeper.prototype.look = async function () {
    await forget();
    const records = ((user && (await allRecords())) || []).filter(function (record) {
      return record.user === user && record.place === this.place && record.id !== this.id;
    }, this);
    records.sort(function (one, other) { return other.at - one.at; });
    const offers = [];
    for (const record of records) {
      const now = valuesOf(this.form);
      for (const name of Object.keys(record.fields)) {
        const values = record.fields[name];
        const twice = offers.some(function (offer) { return offer.name === name && same(offer.values, values); });
        if (same(now[name], values) && this.unsaved) this.extra[name] = values;
        if (same(now[name], values) || twice) delete record.fields[name];
        else offers.push({ name: name, values: values, at: record.at, record: record });
      }
      if (!Object.keys(record.fields).length) await dropRecord(record.id);
    }
    if (Object.keys(this.extra).length) await this.keep();
    if (offers.length) this.offer(offers);
    this.form.dataset.kept = "1";
  };

  Keeper.prototype.offer = function (offers) {
    const box = element("section", { class: "fab-retrouve", "aria-labelledby": "texte-retrouve" });
    box.append(element("h2", { class: "fr-h6", id: "texte-retrouve" }, "Texte retrouvé"));
    box.append(element("p", {}, "Vous aviez écrit ceci, et le service ne l’a pas reçu. Choisissez pour chaque champ."));
    const left = offers.length > 1 ? element("div", { class: "fab-actions" }) : null;
    if (left) {
      const all = element("button", { type: "button", class: "fr-btn fr-btn--sm" }, "Tout reprendre");
      all.addEventListener("click", function () {
        box.querySelectorAll("[data-reprendre]").forEach(function (button) { button.click(); });
      });
      left.append(all);
      box.append(left);
    }
    offers.forEach(function (offer) { box.append(this.offered(offer, box)); }, this);
    this.form.prepend(box);
    this.say("Un texte que vous aviez écrit est retrouvé, en haut du formulaire.");
  };

  Keeper.prototype.offered = function (offer, box) {
    const keeper = this, form = this.form, label = labelOf(form, offer.name);
    const present = controlsOf(form).some(function (one) { return one.name === offer.name; });
    const one = element("div", { class: "fab-retrouve__champ", role: "group", "aria-label": label });
    const when = new Date(offer.at).toLocaleString("fr-FR", { dateStyle: "long", timeStyle: "short" });
    const texts = element("div", { class: "fab-deux-textes" });
    const mine = element("div"), theirs = element("div");
    mine.append(element("p", { class: "fab-sm" }, "Dans ce navigateur, " + when));
    mine.append(element("p", { class: "fab-texte-garde" }, shownOf(form, offer.name, offer.values)));
    theirs.append(element("p", { class: "fab-sm" }, "Sur cette page"));
    theirs.append(element("p", { class: "fab-texte-garde" }, shownOf(form, offer.name, valuesOf(form)[offer.name] || [])));
    texts.append(mine, theirs);
    const actions = element("div", { class: "fab-actions" });
    const take = element("button", { type: "button", class: "fr-btn fr-btn--sm fr-btn--secondary", "data-reprendre": "" }, "Reprendre ce texte");
    const leave = element("button", { type: "button", class: "fr-btn fr-btn--sm fr-btn--tertiary" }, "Ne pas le reprendre");
    take.append(element("span", { class: "fr-sr-only" }, ", " + label));
    leave.append(element("span", { class: "fr-sr-only" }, ", " + label));
    take.addEventListener("click", async function () {
      setValues(form, offer.name, offer.values);
      await keeper.keep();
      await keeper.settle(offer, one, box);
    });
    leave.addEventListener("click", function () { keeper.settle(offer, one, box); });
    actions.append(...(present ? [take, leave] : [leave]));
    one.append(element("h3", { class: "fr-text--md fr-mb-1v" }, label), texts, actions);
    return one;
  };

  Keeper.prototype.settle = async function (offer, one, box) {
    delete offer.record.fields[offer.name];
    await (Object.keys(offer.record.fields).length ? putRecord(offer.record) : dropRecord(offer.record.id));
    const next = one.nextElementSibling;
    one.remove();
    const last = !box.querySelector(".fab-retrouve__champ");
    if (last) box.remove();
    const focus = next && next.querySelector("button");
    const field = controlsOf(this.form).find(function (control) { return control.name === offer.name; });
    (focus || field || this.form).focus();
  };

  // --- Saving while one types

  Keeper.prototype.soon = function (wait) {
    if (!this.url || this.paused || this.silent) return;
    const now = Date.now();
    this.since = this.since || now;
    // A server that is slow is asked less often.
    const limit = Math.max(LIMIT, 3 * (this.took || 0));
    clearTimeout(this.timer);
    this.timer = setTimeout(this.save.bind(this), Math.max(0, Math.min(wait, this.since + limit - now)));
  };

  Keeper.prototype.body = function () {
    const token = this.form.elements.csrfmiddlewaretoken, fresh = cookie("csrftoken");
    // Signing in again, in another window, changed the token.
    if (token && fresh) token.value = fresh;
    const body = new URLSearchParams();
    new FormData(this.form).forEach(function (value, name) { if (typeof value === "string") body.append(name, value); });
    return body;
  };

  Keeper.prototype.save = async function () {
    clearTimeout(this.timer);
    if (this.saving) return this.saving;
    if (!this.url || this.paused || !Object.keys(this.dirty()).length) return;
    this.since = 0;
    this.saving = this.saveNow();
    await this.saving;
    this.saving = null;
    if (this.since) this.soon(PAUSE);
  };

  Keeper.prototype.saveNow = async function () {
    const sent = valuesOf(this.form), started = Date.now();
    let answer = null;
    try {
      answer = await fetch(this.url, {
        method: "POST", body: this.body(), credentials: "same-origin", headers: { Accept: "application/json" },
        signal: AbortSignal.timeout ? AbortSignal.timeout(PATIENCE) : undefined,
      });
    } catch (error) {
      return this.retry("reseau", "Non enregistré\u00a0: réseau absent, ");
    }
    this.took = Date.now() - started;
    const told = await answer.json().catch(function () { return null; });
    if (answer.status === 401 || (answer.status === 403 && !told)) return this.expired();
    if (answer.status === 409 && told && told.html) return this.clash(told);
    if (!answer.ok || !told) {
      if (told && told.message) return this.refuse(told.message);
      return this.retry("panne", "Non enregistré\u00a0: le service ne répond pas, ");
    }
    this.failures = 0;
    this.saved(sent, told);
  };

  Keeper.prototype.saved = function (sent, told) {
    this.form.elements.version.value = told.version;
    this.form.elements.page_read.value = JSON.stringify(told.read);
    const refused = told.refused || {};
    Object.keys(sent).forEach(function (name) {
      const wrong = Object.keys(refused).some(function (key) { return name === key || name.startsWith(key + "-"); });
      if (!wrong) {
        this.server[name] = sent[name];
        delete this.extra[name];
      }
    }, this);
    this.keep();
    const sentences = Object.values(refused);
    if (sentences.length) {
      return this.state("refus", "Pas encore enregistré, " + this.keptWords() + "\u00a0: " + sentences.join(" "));
    }
    const others = told.left.length ? " " + told.who + " a aussi changé\u00a0: " + told.left.join(", ") + ". Rechargez la page pour le lire." : "";
    this.state("enregistre", "Enregistré à " + told.at + "." + others);
  };

  Keeper.prototype.keptWords = function () { return this.inBrowser ? kept.saved : kept.lost; };

  Keeper.prototype.retry = function (kind, words) {
    this.failures = (this.failures || 0) + 1;
    this.state(kind, words + this.keptWords());
    this.since = 0;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.save.bind(this), Math.min(SLOWEST, 1000 * Math.pow(2, this.failures)));
  };

  Keeper.prototype.refuse = function (message) {
    this.state("refus", "Non enregistré, " + this.keptWords() + "\u00a0: " + message);
  };

  Keeper.prototype.expired = function () {
    const link = element("a", { href: "/compte/login/?next=" + encodeURIComponent(location.pathname) }, "Se connecter");
    this.state("session", "Non enregistré\u00a0: votre session a pris fin, " + this.keptWords() + ". ", link);
    this.failures = 4;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.save.bind(this), SLOWEST);
  };

  Keeper.prototype.clash = function (told) {
    this.paused = true;
    const box = element("div");
    box.innerHTML = told.html;
    (document.querySelector("[data-keep-conflict]") || this.form).prepend(box);
    this.state("conflit", "Non enregistré\u00a0: cette page a changé ailleurs. Choisissez, en haut, ce qui doit rester.");
  };

  // Seen each time, heard only when it changes kind.
  Keeper.prototype.state = function (kind, words, link) {
    this.states.forEach(function (one) {
      one.dataset.keepState = kind;
      one.textContent = words;
      if (link) one.append(link.cloneNode(true));
    });
    if (kind !== this.heard) this.say(words);
    this.heard = kind;
  };

  Keeper.prototype.say = function (words) { this.live.textContent = words; };

  // --- Leaving

  Keeper.prototype.submitting = function (event) {
    if (navigator.onLine === false) {
      event.preventDefault();
      return this.retry("reseau", "Non envoyé\u00a0: réseau absent, ");
    }
    if (this.saving && !this.waited) {
      event.preventDefault();
      const again = this.form.requestSubmit.bind(this.form, event.submitter);
      const late = new Promise(function (resolve) { setTimeout(resolve, 4000); });
      Promise.race([this.saving, late]).then(function () {
        this.waited = true;
        again();
      }.bind(this));
      return;
    }
    this.waited = false;
    clearTimeout(this.timer);
    this.body();
    const key = this.form.elements.idempotency_key;
    this.sent = key ? key.value : "";
    if (Object.keys(this.dirty()).length) this.keep();
  };

  Keeper.prototype.leaving = function (event) {
    if (event.type === "visibilitychange" && document.visibilityState !== "hidden") return;
    if (!this.url || this.paused || this.saving || this.sent || !Object.keys(this.dirty()).length) return;
    const body = this.body();
    if (event.type === "visibilitychange") this.save();
    else if (body.toString().length < 60000) {
      fetch(this.url, { method: "POST", body: body, credentials: "same-origin", keepalive: true }).catch(function () {});
    }
  };

  // --- The page -----------------------------------------------------------------------------------------------------

  const forms = Array.from(document.querySelectorAll("form[data-keep], form[method=post]")).filter(function (form) {
    return !form.hasAttribute("data-keep-not") && (form.hasAttribute("data-keep") || form.querySelector("textarea"));
  });
  const keepers = user ? forms.map(function (form) { return new Keeper(form); }) : [];
  if (!keepers.length) forget();

  function silence() { keepers.forEach(function (keeper) { keeper.silent = true; }); }

  // Signing out forgets; what is not saved yet is sent first.
  document.querySelectorAll("form[action$='/compte/logout/']").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      const unsaved = keepers.filter(function (keeper) { return keeper.url && Object.keys(keeper.dirty()).length; });
      if (unsaved.length && !form.dataset.flushed) {
        event.preventDefault();
        form.dataset.flushed = "1";
        const late = new Promise(function (resolve) { setTimeout(resolve, 3000); });
        const all = Promise.all(unsaved.map(function (keeper) { return keeper.save(); }));
        Promise.race([all, late]).then(function () { form.requestSubmit(); });
        return;
      }
      silence();
      try { localStorage.setItem(FORGET, user); } catch (error) { forget(); }
    });
  });
  window.addEventListener("storage", function (event) {
    if (event.key === FORGET && event.newValue === user) silence();
  });

  // A page that the browser had put aside has old versions in it.
  window.addEventListener("pageshow", function (event) {
    if (event.persisted && keepers.length) location.reload();
  });
})();
