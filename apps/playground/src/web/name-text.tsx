import type { ReactNode } from 'react'
import classes from './name-text.module.css'

/**
 * Characters that nobody sees: without a width, or turning the direction of what follows. Joiners
 * are none of them, which belong to emoji and to Persian.
 */
const unseen =
  /([\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u2064\u2066-\u2069\uFEFF])/u

/**
 * A name that anybody may have chosen, as it is: what would be unseen in it is named, and turns
 * nothing, so that `invoice\u202Egnp.exe` does not look like an image.
 */
export function NameText({ text }: { readonly text: string }): ReactNode {
  if (!unseen.test(text)) return text
  return text.split(unseen).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <span key={index} className={classes['unseen']} data-code={codeOf(part)}>
        {part}
      </span>
    ),
  )
}

function codeOf(char: string): string {
  return `U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
}
