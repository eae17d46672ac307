/**
 * What the server wrote into the head of this page when it served it (`PageFacts` in
 * `server/page.ts`).
 */
export function pageFact(name: 'store' | 'last-event' | 'notices'): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? ''
}
