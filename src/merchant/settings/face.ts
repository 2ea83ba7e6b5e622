import type { z } from 'zod'
import { fieldProblem } from '../../core/problem.ts'
import { accentFault } from '../../html/accent.ts'
import type { FaceTexts } from '../../html/face.ts'
import type { faceFields } from './face-schema.ts'

type FacePatch = { [Field in keyof typeof faceFields]?: z.output<(typeof faceFields)[Field]> | undefined }

/** What a merchant says of itself after a change. Throws `color_contrast` for an accent that cannot be read. */
export function changeFace(face: FaceTexts, patch: FacePatch): FaceTexts {
  const { legal_name, message, phone, email, how_to_pay } = patch
  const accent_color = patch.accent_color?.toLowerCase() ?? patch.accent_color
  const website = patch.website ? new URL(patch.website).href : patch.website
  const fault = accent_color ? accentFault(accent_color) : undefined
  if (fault !== undefined) throw fieldProblem('color_contrast', '/accent_color', fault)
  const sent = { legal_name, accent_color, message, phone, email, website, how_to_pay }
  const changed = Object.entries({ ...face, ...withoutUndefined(sent) })
  return Object.fromEntries(changed.filter(([, value]) => value !== null))
}

function withoutUndefined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
