// Sends the form without leaving the page, so that the files need not be chosen twice.
"use strict";

const form = document.getElementById("upload");
const waiting = document.getElementById("waiting");
let busy = false;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy) return;
  busy = true;
  const sent = new FormData(form, event.submitter);
  waiting.textContent = "The hub is reading the files…";
  try {
    const response = await fetch(form.action, { method: "POST", body: sent });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const answer = page.getElementById("answer");
    if (!answer) throw new Error("no answer");
    document.getElementById("answer").replaceWith(answer);
    document.title = page.title;
    waiting.textContent = "";
    answer.querySelector("[tabindex='-1']")?.focus();
    answer.scrollIntoView();
  } catch {
    waiting.textContent =
      "The hub did not answer, or the files are too large. To send the same again is safe.";
  } finally {
    busy = false;
  }
});
