import {
  Alert,
  Badge,
  Button,
  Group,
  Input,
  NativeSelect,
  SegmentedControl,
  Stack,
  Text,
} from '@mantine/core'
import { IconArchive, IconClockHour4 } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useId, useState } from 'react'
import type { Change } from '../../../../../server/changes.ts'
import { act } from '../../../../../web/actions.ts'
import { answer, client } from '../../../../../web/api.ts'
import { Late } from '../../../../../web/late.tsx'
import { useLive } from '../../../../../web/live.ts'
import { ProblemNotice } from '../../../../../web/problem-text.tsx'
import { type Problem, problemOf } from '../../../../../web/problem.ts'
import { queries } from '../../../../../web/queries.ts'
import type { ObjectsApi } from '../../../server/index.ts'
import type { ObjectTier } from '../../../server/wire.ts'
import { ViewProblem } from '../view-problem.tsx'
import { setTierText, tierText } from './extra-code.ts'
import { ExtraDialog } from './extra-dialog.tsx'
import { fullMoment } from './moment.ts'

type Priority = 'standard' | 'high'

/** A restoration takes hours: it is looked at so often. */
const lookAgainMs = 30_000

/** Where an object is kept, what that makes of reading it, and the way to elsewhere. */
export function TierDialog({
  objectKey,
  isOpen,
  onClose,
}: {
  readonly objectKey: string
  readonly isOpen: boolean
  readonly onClose: () => void
}): ReactNode {
  return (
    <ExtraDialog title="Tier of" objectKey={objectKey} size="md" isOpen={isOpen} onClose={onClose}>
      <TierBody objectKey={objectKey} />
    </ExtraDialog>
  )
}

function TierBody({ objectKey: key }: { readonly objectKey: string }): ReactNode {
  const queryKey = ['objects', 'tier', key]
  const { data, error, refetch, isFetching } = useQuery({
    queryKey,
    queryFn: ({ signal }) => {
      const ask = (id: string): Promise<ObjectTier> =>
        answer(
          client<ObjectsApi>('objects', id).tier.$get({ query: { key } }, { init: { signal } }),
        )
      // What the page looks up by itself is nothing that the person did.
      return queries.getQueryData(queryKey) === undefined ? act(tierText(key), ask) : ask('page')
    },
    refetchInterval: ({ state }) => (state.data?.rehydratingTo === undefined ? false : lookAgainMs),
    gcTime: 0,
  })
  useLive<readonly Change[]>('changes', (changes) => {
    if (changes.some((change) => change.key === key)) void refetch()
  })
  if (error !== null) return <ViewProblem error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Late>Asking for the tier…</Late>
  return (
    <Stack gap="md">
      <Group gap="xs" role="status">
        <Text>
          It is in <b>{data.tier}</b>
          {data.isReadable ? ', and can be read.' : ', and cannot be read.'}
        </Text>
        {data.rehydratingTo === undefined ? null : (
          <Badge variant="light" color="orange" tt="none">
            being restored
          </Badge>
        )}
      </Group>
      <Why
        tier={data}
        isLooking={isFetching}
        onLook={() => void refetch({ cancelRefetch: true })}
      />
      <TierForm
        key={data.tier}
        objectKey={key}
        tier={data}
        onMoved={(moved) => queries.setQueryData(queryKey, moved)}
      />
    </Stack>
  )
}

/** What reading it is like, where it is not as usual. */
function Why({
  tier: { tier, isReadable, rehydratingTo, readableUntil },
  isLooking,
  onLook,
}: {
  readonly tier: ObjectTier
  readonly isLooking: boolean
  readonly onLook: () => void
}): ReactNode {
  if (rehydratingTo !== undefined) {
    return (
      <Alert variant="light" color="orange" icon={<IconClockHour4 />} title="It is being restored">
        It is on its way from <b>{tier}</b> to <b>{rehydratingTo}</b>, which takes minutes to many
        hours, as the service has it.{' '}
        {isReadable ? '' : 'Until then, reading it ends with CONFLICT.'}
        <Group mt="xs">
          <Button size="compact-sm" variant="default" loading={isLooking} onClick={onLook}>
            Look again
          </Button>
        </Group>
      </Alert>
    )
  }
  if (isReadable) {
    if (readableUntil === undefined) return null
    return (
      <Text size="sm">
        What can be read is a copy out of the archive. It ends at {fullMoment(readableUntil)}.
      </Text>
    )
  }
  return (
    <Alert variant="light" color="orange" icon={<IconArchive />} title="It is archived">
      Its bytes are kept offline, where they cost little and no request reaches them: reading it
      ends with CONFLICT. What is known of it, such as its size and metadata, can be read. Move it
      to another tier to bring it back, which takes minutes to many hours.
    </Alert>
  )
}

function TierForm({
  objectKey: key,
  tier: { tier, isReadable, rehydratingTo, names },
  onMoved,
}: {
  readonly objectKey: string
  readonly tier: ObjectTier
  readonly onMoved: (tier: ObjectTier) => void
}): ReactNode {
  // Out of the archive there is one way on.
  const [to, setTo] = useState(isReadable ? tier : (rehydratingTo ?? names[0] ?? tier))
  const [priority, setPriority] = useState<Priority>('standard')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const priorityId = useId()
  const move = async (): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    const asked = isReadable ? undefined : priority
    try {
      onMoved(
        await act(setTierText(key, to, asked), (action) =>
          answer(
            client<ObjectsApi>('objects', action).tier.$put({
              json: { key, tier: to, ...(asked === undefined ? {} : { priority: asked }) },
            }),
          ),
        ),
      )
    } catch (error) {
      setProblem(problemOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <NativeSelect
        label="Tier"
        description="What storage and reading cost; the service knows the prices."
        data={[...names]}
        value={to}
        onChange={({ currentTarget }) => setTo(currentTarget.value)}
        data-autofocus
      />
      {isReadable ? null : (
        <Input.Wrapper label="How soon" labelElement="div" id={priorityId}>
          <div>
            <SegmentedControl
              aria-labelledby={`${priorityId}-label`}
              data={[
                { value: 'standard', label: 'Standard' },
                { value: 'high', label: 'Sooner, at a higher price' },
              ]}
              value={priority}
              onChange={setPriority}
            />
          </div>
        </Input.Wrapper>
      )}
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      <Group justify="flex-end">
        <Button
          loading={isBusy}
          disabled={to === tier && rehydratingTo === undefined}
          onClick={() => void move()}
        >
          {isReadable ? 'Move it' : 'Bring it back'}
        </Button>
      </Group>
    </>
  )
}
