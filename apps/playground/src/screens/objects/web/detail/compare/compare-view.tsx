import { Button, Group, List, NativeSelect } from '@mantine/core'
import { IconArrowLeft, IconArrowsLeftRight } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef } from 'react'
import { act, type ActionText } from '../../../../../web/actions.ts'
import { answer, client } from '../../../../../web/api.ts'
import { Late } from '../../../../../web/late.tsx'
import type { ObjectsApi } from '../../../server/index.ts'
import type { Comparable } from '../../../server/wire.ts'
import classes from '../extras/extras.module.css'
import { ViewProblem } from '../view-problem.tsx'
import { CompareArea } from './compare-area.tsx'
import { comparisonOf } from './comparison.ts'

/** One that can be compared. */
export interface Side {
  /** As in the address. */
  readonly id: string
  readonly name: string
  readonly key: string
  /** The service's id of an old version of the key. */
  readonly version?: string | undefined
}

/** Any two versions, and what differs. */
export function CompareView({
  sides,
  left,
  right,
  text,
  onChoose,
  onBack,
}: {
  readonly sides: readonly Side[]
  readonly left: Side
  readonly right: Side
  readonly text: ActionText
  readonly onChoose: (left: string, right: string) => void
  readonly onBack: () => void
}): ReactNode {
  const back = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    // The button that led here is not there any more.
    if (document.activeElement === document.body) back.current?.focus()
  }, [])
  const data = sides.map(({ id, name }) => ({ value: id, label: name }))
  return (
    <div className={classes['look']}>
      <Group gap="xs" align="flex-end">
        <Button
          ref={back}
          size="compact-sm"
          variant="default"
          leftSection={<IconArrowLeft size={14} />}
          onClick={onBack}
        >
          All versions
        </Button>
        <NativeSelect
          size="xs"
          aria-label="Left"
          className={classes['side']}
          data={data}
          value={left.id}
          onChange={({ currentTarget }) => onChoose(currentTarget.value, right.id)}
        />
        <Button
          size="compact-sm"
          variant="default"
          aria-label="Swap sides"
          title="Swap sides"
          onClick={() => onChoose(right.id, left.id)}
        >
          <IconArrowsLeftRight size={14} />
        </Button>
        <NativeSelect
          size="xs"
          aria-label="Right"
          className={classes['side']}
          data={data}
          value={right.id}
          onChange={({ currentTarget }) => onChoose(left.id, currentTarget.value)}
        />
      </Group>
      <Compared key={`${left.id} ${right.id}`} left={left} right={right} text={text} />
    </div>
  )
}

function Compared({
  left,
  right,
  text,
}: {
  readonly left: Side
  readonly right: Side
  readonly text: ActionText
}): ReactNode {
  const { data, error, refetch } = useQuery({
    queryKey: ['objects', 'compared', left.key, left.version, right.key, right.version],
    queryFn: ({ signal }) =>
      act(text, async (action) => {
        const read = ({ key, version }: Side): Promise<Comparable> => {
          const api = client<ObjectsApi>('objects', action)
          return answer(api.comparable.$get({ query: { key, version } }, { init: { signal } }))
        }
        const [a, b] = await Promise.all([read(left), read(right)])
        return comparisonOf(a, b)
      }),
    gcTime: 0,
    structuralSharing: false,
    staleTime: 'static',
  })
  if (error !== null) return <ViewProblem error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Late>Comparing…</Late>
  const { facts, texts, language } = data
  return (
    <>
      {facts.length === 0 ? null : (
        <List size="sm" className={`breakable ${classes['differing']}`} role="status">
          {facts.map((fact) => (
            <List.Item key={fact}>{fact}</List.Item>
          ))}
        </List>
      )}
      {texts === undefined ? null : (
        <CompareArea {...texts} names={[left.name, right.name]} language={language} />
      )}
    </>
  )
}
