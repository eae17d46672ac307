import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useEffectEvent, useState } from 'react'
import { request } from '../../../../web/api.ts'
import { countText } from '../../../../web/amounts.ts'
import { Empty } from '../../../../web/empty.tsx'
import { problemOf } from '../../../../web/problem.ts'
import colours from './colours.module.css'
import classes from './image-view.module.css'
import lineClasses from './detail.module.css'
import type { ViewProps } from './object-views.tsx'
import { useSteady } from './use-steady.ts'
import { ViewProblem } from './view-problem.tsx'

/** The object as an image: drawn by `<img>`, in which nothing runs. */
export function ImageView({ details, onStale }: ViewProps): ReactNode {
  return <Picture key={details.etag} details={details} onStale={onStale} />
}

/**
 *     drawn ── fails ──▶ its bytes are asked for ──▶ there: drawn once more ── fails ──▶ told
 *       ▲                       └──▶ not there: the reason is told
 *       └──── tried again ◀──────────┘
 */
function Picture({ details: { key, etag, version }, onStale }: ViewProps): ReactNode {
  const [size, setSize] = useState<readonly [width: number, height: number]>()
  const [isBroken, setBroken] = useState(false)
  /** Since it was drawn last its bytes were there: no broken line is the reason. */
  const [isThere, setThere] = useState(false)
  const draw = (isKnownThere: boolean): void => {
    setThere(isKnownThere)
    setBroken(false)
  }
  const query = new URLSearchParams({ key, etag, ...(version === undefined ? {} : { version }) })
  const address = `/api/objects/image?${query.toString()}`
  if (isBroken) {
    return (
      <Broken
        address={address}
        isThere={isThere}
        onStale={onStale}
        onThere={() => draw(true)}
        onRetry={() => draw(false)}
      />
    )
  }
  return (
    <>
      <div className={`${colours['colours']} ${classes['board']}`}>
        <img
          src={address}
          alt={key.slice(key.lastIndexOf('/') + 1)}
          className={classes['image']}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setSize([naturalWidth, naturalHeight])
          }
          onError={() => setBroken(true)}
        />
      </div>
      <div className={lineClasses['line']}>
        <Text size="sm" className="tabular">
          {size === undefined
            ? 'Loading…'
            : `${countText(size[0])} × ${countText(size[1])} pixels, made to fit`}
        </Text>
      </div>
    </>
  )
}

/** Asks again for the reason: an image element does not tell it. */
function Broken({
  address,
  isThere,
  onStale,
  onThere,
  onRetry,
}: {
  readonly address: string
  /** Its bytes were there already: it cannot be drawn. */
  readonly isThere: boolean
  readonly onStale: () => void
  readonly onThere: () => void
  readonly onRetry: () => void
}): ReactNode {
  const query = useQuery({
    queryKey: ['objects', 'image', address],
    queryFn: async ({ signal }) => {
      const response = await request(address, 'page', { signal })
      await response.body?.cancel()
      return true
    },
    gcTime: 0,
  })
  const { error } = useSteady(query, onStale)
  // An SVG is given to an image element only: that refusal is no reason.
  const isRefused = error !== null && problemOf(error).code === 'UNSUPPORTED'
  const isAnswered = query.isSuccess || isRefused
  const tellThere = useEffectEvent(onThere)
  useEffect(() => {
    if (isAnswered && !isThere) tellThere()
  }, [isAnswered, isThere])
  if (isAnswered && isThere) {
    return (
      <Empty title="This cannot be drawn">
        {error === null
          ? 'The bytes begin like an image, but your browser cannot decode them.'
          : problemOf(error).message}{' '}
        Look at its bytes in the hex view.
      </Empty>
    )
  }
  if (isAnswered || error === null) return null
  return <ViewProblem error={error} onRetry={onRetry} />
}
