/* Files sent one by one with their progress. Without this script the form sends them all at once and says the same. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-televersement]");
  if (!form || !window.FormData) return;
  const input = form.querySelector("input[type=file]");
  const list = form.querySelector("[data-envois]");
  const verdict = form.querySelector("[data-bilan]");
  const button = form.querySelector("button[type=submit]");
  const limit = Number(form.dataset.maxOctets);

  const row = (name) => {
    const item = document.createElement("li");
    const label = document.createElement("span");
    label.textContent = name;
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", `Envoi de ${name}`);
    const words = document.createElement("p");
    item.append(label, bar, words);
    list.append(item);
    const end = (kind, sentence) => {
      bar.remove();
      words.className = `fr-message fr-message--${kind}`;
      words.textContent = sentence;
    };
    return {
      progress: (share) => {
        bar.value = Math.round(share * 100);
        words.textContent = share < 1 ? `${bar.value} %` : "Vérification…";
      },
      done: () => end("valid", "Jointe au dossier."),
      failed: (sentence) => end("error", sentence),
    };
  };

  const answerOf = (request) => {
    try {
      return JSON.parse(request.responseText);
    } catch {
      return null;
    }
  };

  /* Resolves to the sentence that refuses the file, or "" when it is kept. */
  const send = (file, rank, shown) =>
    new Promise((resolve) => {
      const data = new FormData(form);
      data.delete(input.name);
      data.append(input.name, file);
      /* One key for each file: a retry of the same one has one effect. */
      data.set("idempotency_key", `${data.get("idempotency_key").slice(0, 48)}-${rank}-${Date.now() % 1e6}`);
      const request = new XMLHttpRequest();
      request.open("POST", form.action || window.location.href);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) shown.progress(event.loaded / event.total);
      });
      const broken = "L’envoi n’a pas abouti : vérifiez votre connexion, puis choisissez de nouveau ce fichier.";
      request.addEventListener("error", () => resolve(broken));
      request.addEventListener("abort", () => resolve(broken));
      request.addEventListener("load", () => {
        const answer = answerOf(request);
        if (answer) resolve(answer.refused.join(" "));
        else if (request.status === 413) resolve("Ce fichier est trop lourd pour ce site : réduisez-le.");
        else resolve("Cette page n’est plus à jour : rechargez-la, puis choisissez de nouveau ce fichier.");
      });
      request.send(data);
    });

  const tooBig = (file) =>
    limit && file.size > limit
      ? `Ce fichier dépasse ${Math.floor(limit / 1048576)} Mo : réduisez-le, puis renvoyez-le.`
      : "";

  const refreshPieces = async () => {
    const answer = await fetch(window.location.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("#pieces-jointes");
    const old = document.querySelector("#pieces-jointes");
    if (!answer.ok || !fresh || !old) return;
    old.replaceWith(fresh);
    if (window.htmx) window.htmx.process(fresh);
  };

  form.addEventListener("submit", async (event) => {
    const files = [...input.files];
    const kind = form.querySelector("select");
    /* Nothing chosen: the server says what is missing, in the page. */
    if (!files.length || (kind && !kind.value)) return;
    event.preventDefault();
    button.disabled = true;
    list.replaceChildren();
    list.hidden = false;
    verdict.textContent = "Envoi en cours.";
    let kept = 0;
    for (const [rank, file] of files.entries()) {
      const shown = row(file.name);
      const refusal = tooBig(file) || (await send(file, rank, shown));
      if (refusal) shown.failed(refusal);
      else {
        kept += 1;
        shown.done();
      }
    }
    input.value = "";
    button.disabled = false;
    verdict.textContent = `${kept} fichier(s) joint(s), ${files.length - kept} refusé(s).`;
    if (kept) await refreshPieces();
  });
})();
