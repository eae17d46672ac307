import { Button, CopyButton, Text } from '@mantine/core'
import { type ReactNode, useMemo } from 'react'
import detailClasses from '../detail.module.css'
import { sourceOf } from './json-nodes.ts'
import { pathOf, type Tree } from './open-nodes.ts'

/** Where one is in the tree, and what is there to take along. */
export function TreeFoot({
  tree: { text, nodes },
  node,
}: {
  readonly tree: Tree
  readonly node: number
}): ReactNode {
  const path = useMemo(() => pathOf(text, nodes, node), [text, nodes, node])
  const source = useMemo(() => sourceOf(text, nodes, node), [text, nodes, node])
  return (
    <div className={detailClasses['line']}>
      <Text size="xs" className={`${detailClasses['grow']} mono clipped`} title={path}>
        <bdi>{path}</bdi>
      </Text>
      <Copying value={path} label="Copy path" />
      <Copying value={source} label="Copy value" />
    </div>
  )
}

function Copying({ value, label }: { readonly value: string; readonly label: string }): ReactNode {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Button size="compact-xs" variant="subtle" ff="text" onClick={copy} miw={84}>
          {copied ? 'Copied' : label}
        </Button>
      )}
    </CopyButton>
  )
}
