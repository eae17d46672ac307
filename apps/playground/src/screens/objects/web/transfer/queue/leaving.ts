/** Keeps a person from closing the page by mistake while it works. */

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault()
}

/** Whether the browser asks before the page is closed or reloaded. */
export function warnBeforeLeaving(isNeeded: boolean): void {
  // Taken away again: a page that might ask is not kept for "back".
  if (isNeeded) window.addEventListener('beforeunload', ask)
  else window.removeEventListener('beforeunload', ask)
}
