/** Keeps a person from closing the page by mistake while it works. */

const works = new Set<symbol>()

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault()
}

/** The browser asks before the page is closed or reloaded, until the result is called. */
export function holdPage(): () => void {
  const work = Symbol('work')
  if (works.size === 0) window.addEventListener('beforeunload', ask)
  works.add(work)
  return () => {
    works.delete(work)
    // Taken away again: a page that might ask is not kept for "back".
    if (works.size === 0) window.removeEventListener('beforeunload', ask)
  }
}
