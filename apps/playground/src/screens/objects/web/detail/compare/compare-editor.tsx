import { getChunks, goToNextChunk, goToPreviousChunk } from '@codemirror/merge'
import type { EditorView } from '@codemirror/view'
import { Button, Text, useComputedColorScheme } from '@mantine/core'
import { type ReactNode, useEffectEvent, useLayoutEffect, useRef, useState } from 'react'
import { countText } from '../../../../../web/amounts.ts'
import colours from '../colours.module.css'
import detailClasses from '../detail.module.css'
import type { Language } from '../editor/code-mirror.ts'
import mergeClasses from '../merge/merge.module.css'
import { besideViews, type ComparedViews, unifiedViews } from './compare-views.ts'

export interface CompareEditorProps {
  readonly left: string
  readonly right: string
  /** What they are: `Version 2`. */
  readonly names: readonly [left: string, right: string]
  readonly language: Language
  readonly isNarrow: boolean
}

/** Two texts and what differs, to be read only. The texts are taken when it is made. */
export default function CompareEditor({
  left,
  right,
  names,
  language,
  isNarrow,
}: CompareEditorProps): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  const views = useRef<ComparedViews>(undefined)
  const [count, setCount] = useState<number>()
  const isDark = useComputedColorScheme('light') === 'dark'
  const create = useEffectEvent((parent: HTMLElement): ComparedViews => {
    const make = isNarrow ? unifiedViews : besideViews
    // In either text they are characters, or lines would differ in nothing that is seen.
    const hasReturns = left.includes('\r') || right.includes('\r')
    return make({ parent, left, right, names, language, hasReturns, isDark })
  })
  useLayoutEffect(() => {
    const made = create(host.current!)
    views.current = made
    setCount(getChunks(made.right.state)?.chunks.length)
    return () => made.destroy()
  }, [isNarrow, isDark])
  const go = (command: (view: EditorView) => boolean): void => {
    const shown = views.current!
    command(shown.right)
    shown.showCursor()
  }
  return (
    <>
      <div className={detailClasses['line']} data-place="above">
        <Text size="sm" className={`tabular ${detailClasses['grow']}`} role="status">
          {count === undefined ? '' : differencesText(count)}
          {isNarrow
            ? ` What ${small(names[0])} has is above.`
            : ` Left: ${small(names[0])}. Right: ${small(names[1])}.`}
        </Text>
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => go(goToPreviousChunk)}
          aria-label="Previous difference"
        >
          Previous
        </Button>
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => go(goToNextChunk)}
          aria-label="Next difference"
        >
          Next
        </Button>
      </div>
      <div ref={host} className={`${colours['colours']} ${mergeClasses['host']}`} />
    </>
  )
}

/** A name within a sentence. */
function small(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

function differencesText(count: number): string {
  if (count === 0) return 'They say the same.'
  return count === 1 ? 'They differ in one place.' : `They differ in ${countText(count)} places.`
}
