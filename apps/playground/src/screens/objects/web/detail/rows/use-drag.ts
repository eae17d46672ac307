import { type PointerEvent, useEffect, useEffectEvent, useRef } from 'react'

interface Drag {
  readonly id: number
  lastY: number
  lastAt: number
  /** Pixels a millisecond. */
  speed: number
}

/** A millisecond later so much of the speed is left. */
const glide = 0.996
const speedMin = 0.02

interface DragHandlers {
  readonly onPointerDown: (event: PointerEvent) => void
  readonly onPointerMove: (event: PointerEvent) => void
  readonly onPointerUp: (event: PointerEvent) => void
  readonly onPointerCancel: (event: PointerEvent) => void
}

/** Moves by touch, and glides on when the finger leaves. */
export function useDrag(moveBy: (pixels: number) => boolean): DragHandlers {
  const drag = useRef<Drag>(undefined)
  const frame = useRef(0)
  const onMove = useEffectEvent(moveBy)
  useEffect(() => () => cancelAnimationFrame(frame.current), [])
  const glideOn = (speed: number, before: number): void => {
    frame.current = requestAnimationFrame((now) => {
      const passed = now - before
      const left = speed * glide ** passed
      if (onMove(left * passed) && Math.abs(left) > speedMin) glideOn(left, now)
    })
  }
  return {
    onPointerDown: ({ pointerType, pointerId, clientY, timeStamp }) => {
      cancelAnimationFrame(frame.current)
      if (pointerType !== 'touch') return
      drag.current = { id: pointerId, lastY: clientY, lastAt: timeStamp, speed: 0 }
    },
    onPointerMove: ({ pointerId, clientY, timeStamp }) => {
      const now = drag.current
      if (now?.id !== pointerId) return
      const pixels = now.lastY - clientY
      const passed = Math.max(1, timeStamp - now.lastAt)
      now.speed = 0.6 * (pixels / passed) + 0.4 * now.speed
      now.lastY = clientY
      now.lastAt = timeStamp
      moveBy(pixels)
    },
    onPointerUp: ({ pointerId }) => {
      if (drag.current?.id !== pointerId) return
      const { speed } = drag.current
      drag.current = undefined
      if (Math.abs(speed) > speedMin) glideOn(speed, performance.now())
    },
    onPointerCancel: () => {
      drag.current = undefined
    },
  }
}
