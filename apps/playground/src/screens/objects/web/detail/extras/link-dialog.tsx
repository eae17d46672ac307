import {
  Button,
  Code,
  CopyButton,
  Group,
  Input,
  NativeSelect,
  SegmentedControl,
  Stack,
  Text,
} from '@mantine/core'
import { IconCheck, IconCopy, IconLink } from '@tabler/icons-react'
import { type ReactNode, useId, useState } from 'react'
import { act } from '../../../../../web/actions.ts'
import { answer, client } from '../../../../../web/api.ts'
import { ProblemNotice } from '../../../../../web/problem-text.tsx'
import { type Problem, problemOf } from '../../../../../web/problem.ts'
import type { ObjectsApi } from '../../../server/index.ts'
import type { ObjectDetails, SignedRequest } from '../../../server/wire.ts'
import { curlOf } from './curl.ts'
import { linkText } from './extra-code.ts'
import { ExtraDialog } from './extra-dialog.tsx'
import classes from './extras.module.css'
import { fullMoment } from './moment.ts'

type Method = 'GET' | 'PUT'

/** Seconds, in words. */
const times: readonly (readonly [seconds: number, text: string])[] = [
  [300, '5 minutes'],
  [900, '15 minutes'],
  [3600, 'one hour'],
  [86_400, 'one day'],
  [7 * 86_400, 'seven days'],
]
const secondsDefault = 900

/**
 * A signed link to one object.
 *
 * Invariant: the URL is a secret. It is in this dialog only, and gone with it: not in the address,
 * not in the trace, not among what was read.
 */
export function LinkDialog({
  details,
  isOpen,
  onClose,
}: {
  readonly details: ObjectDetails
  readonly isOpen: boolean
  readonly onClose: () => void
}): ReactNode {
  return (
    <ExtraDialog
      title="A link to"
      objectKey={details.key}
      size="lg"
      isOpen={isOpen}
      onClose={onClose}
    >
      <LinkForm details={details} />
    </ExtraDialog>
  )
}

/** A request that was signed, and what for. */
interface Signed extends SignedRequest {
  readonly method: Method
}

function LinkForm({ details }: { readonly details: ObjectDetails }): ReactNode {
  const { key } = details
  const [method, setMethod] = useState<Method>('GET')
  const [seconds, setSeconds] = useState(secondsDefault)
  const [signed, setSigned] = useState<Signed>()
  const [problem, setProblem] = useState<Problem>()
  const [isBusy, setBusy] = useState(false)
  const methodId = useId()
  const forget = (): void => {
    setSigned(undefined)
    setProblem(undefined)
  }
  const sign = async (): Promise<void> => {
    forget()
    setBusy(true)
    const contentType = method === 'PUT' ? details.contentType : undefined
    const json = { key, method, seconds, ...(contentType === undefined ? {} : { contentType }) }
    try {
      const request = await act(linkText(key, method, seconds, contentType), (action) =>
        answer(client<ObjectsApi>('objects', action).link.$post({ json })),
      )
      setSigned({ ...request, method })
    } catch (error) {
      setProblem(problemOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Stack gap="md">
      <Group gap="md" align="flex-end">
        <Input.Wrapper label="To" labelElement="div" id={methodId}>
          <div>
            <SegmentedControl
              aria-labelledby={`${methodId}-label`}
              data={[
                { value: 'GET', label: 'Read it' },
                { value: 'PUT', label: 'Replace it' },
              ]}
              value={method}
              onChange={(value) => {
                setMethod(value)
                forget()
              }}
            />
          </div>
        </Input.Wrapper>
        <NativeSelect
          label="Good for"
          data={times.map(([value, label]) => ({ value: String(value), label }))}
          value={String(seconds)}
          onChange={({ currentTarget }) => {
            setSeconds(Number(currentTarget.value))
            forget()
          }}
        />
        <Button leftSection={<IconLink size={16} />} loading={isBusy} onClick={() => void sign()}>
          Sign it
        </Button>
      </Group>
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      {signed === undefined ? (
        <Text size="sm" c="dimmed">
          Whoever has the link can use it until then, without an account. It is not kept here: copy
          it before you close this.
        </Text>
      ) : (
        <SignedText signed={signed} />
      )}
    </Stack>
  )
}

function SignedText({
  signed: { method, url, headers, expiresAt },
}: {
  readonly signed: Signed
}): ReactNode {
  const isRead = method === 'GET'
  const text = isRead ? url : curlOf(url, headers)
  const name = isRead ? 'link' : 'command'
  return (
    <Stack gap="xs">
      <Text size="sm" role="status">
        {isRead ? 'The link' : 'The command sends a file in the place of the object, and'} is good
        until {fullMoment(expiresAt)}.{isLocal(url) ? ' It leads to this machine only.' : ''}
      </Text>
      <Code
        block
        tabIndex={0}
        role="region"
        aria-label={isRead ? 'The link' : 'The command'}
        className={`${classes['link']} breakable`}
      >
        {text}
      </Code>
      <Group justify="flex-end">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              onClick={copy}
              leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            >
              {copied ? 'Copied' : `Copy the ${name}`}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  )
}

function isLocal(url: string): boolean {
  const host = URL.parse(url)?.hostname
  return host === '127.0.0.1' || host === 'localhost' || host === '[::1]'
}
