import { Button, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { actWithin } from '../../../../../web/actions.ts'
import { countText } from '../../../../../web/amounts.ts'
import { Empty } from '../../../../../web/empty.tsx'
import { Late } from '../../../../../web/late.tsx'
import { loadText } from '../../code.ts'
import { readWhole } from '../bytes.ts'
import classes from '../detail.module.css'
import type { ViewProps } from '../object-views.tsx'
import { decodeText } from '../text/decode-text.ts'
import { useSteady } from '../use-steady.ts'
import { ViewProblem } from '../view-problem.tsx'
import { wholeBytesMax } from '../views.ts'
import type { JsonNodes } from './json-nodes.ts'
import { JsonTree } from './json-tree.tsx'
import { allOpen, carryOpen, firstOpen, onlyRootOpen, type Tree } from './open-nodes.ts'
import { scanBeside } from './scan-beside.ts'
import { isFault, placeOf } from './scan-json.ts'

/** JSON as a tree. */
export function TreeView({ details, onStale, action: within }: ViewProps): ReactNode {
  const { key, etag, size } = details
  const isShown = size > 0 && size <= wholeBytesMax
  const query = useQuery({
    queryKey: ['objects', 'tree', key, etag],
    queryFn: ({ signal }) =>
      actWithin(within, loadText(key), async (action) => {
        const bytes = await readWhole(details, { action, signal })
        const decoded = decodeText(bytes, true)
        return { ...decoded, result: await scanBeside(decoded.text, signal) }
      }),
    enabled: isShown,
    gcTime: 0,
    structuralSharing: false,
  })
  const { data, error } = useSteady(query, onStale)
  if (size === 0) return <Empty title="It is empty">An object without bytes is not JSON.</Empty>
  if (!isShown) {
    return (
      <Empty title="Too large for a tree">
        Trees show up to 8 MiB. Look at it as text or as hex, or download it.
      </Empty>
    )
  }
  if (error !== null) {
    return <ViewProblem error={error} onRetry={() => void query.refetch()} />
  }
  if (data === undefined) return <Late>Reading the JSON…</Late>
  const { text, isUtf8, hasBom, result } = data
  if (hasBom) {
    return (
      <Empty title="This is not JSON">
        It begins with a byte order mark, which JSON has not. Edit it and delete the mark.
      </Empty>
    )
  }
  if (!isFault(result)) return <Branches text={text} nodes={result} isUtf8={isUtf8} />
  const { line, column } = placeOf(text, result.at)
  return (
    <Empty title="This is not JSON">
      Line {countText(line)}, column {countText(column)}: {result.message}. Look at it as text.
    </Empty>
  )
}

/** The tree with what is open in it; that stays when a new version comes. */
function Branches({
  text,
  nodes,
  isUtf8,
}: {
  readonly text: string
  readonly nodes: JsonNodes
  readonly isUtf8: boolean
}): ReactNode {
  const [tree, setTree] = useState<Tree>(() => ({ text, nodes, open: firstOpen(text, nodes) }))
  if (tree.nodes !== nodes) setTree({ text, nodes, open: carryOpen(tree, text, nodes) })
  return (
    <>
      <div className={classes['line']} data-place="above">
        <Text size="sm" c="dimmed" className={`${classes['grow']} tabular`}>
          {countText(nodes.count)} {nodes.count === 1 ? 'value' : 'values'}
          {isUtf8 ? '' : '. It is not UTF-8: bytes that are no character are shown as \uFFFD.'}
        </Text>
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => setTree({ text, nodes, open: allOpen(text, nodes) })}
        >
          Open all
        </Button>
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => setTree({ text, nodes, open: onlyRootOpen(nodes) })}
        >
          Close all
        </Button>
      </div>
      <JsonTree tree={tree} onOpen={(open) => setTree({ text, nodes, open })} />
    </>
  )
}
