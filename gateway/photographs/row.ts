// A row of a photograph, with the consents, copies, checks and answers that hang on it, as the type that everything else knows.
import type { PictureCheck } from './checking.ts'
import type { Photograph, PictureAnswer, PictureConsent, PictureCopy } from './photograph.ts'

export function parse(row: Record<string, unknown>): Photograph {
  const wrappedKey = row['wrapped_key']
  return {
    id: String(row['id']),
    clearanceId: String(row['clearance_id']),
    inspection: String(row['inspection']),
    caption: String(row['caption']),
    shows: String(row['shows']),
    finding: String(row['finding']),
    photographer: String(row['photographer']),
    takenOn: String(row['taken_on']),
    people: Number(row['people']),
    keptAt: row['kept_at'] as Date, // timestamptz
    format: row['format'] as Photograph['format'], // the table's constraint has no other
    width: Number(row['width']),
    height: Number(row['height']),
    removed: row['removed'] as string[], // text[]
    sha256: String(row['sha256']),
    originalSha256: String(row['original_sha256']),
    sealed: {
      vaultObject: String(row['vault_object']),
      shelf: String(row['shelf']),
      ciphertextSha256: String(row['ciphertext_sha256']),
      ciphertextBytes: Number(row['ciphertext_bytes']),
      plaintextBytes: Number(row['plaintext_bytes']),
      cipherProfile: String(row['cipher_profile']),
    },
    retention: {
      owner: String(row['schedule_owner']),
      version: String(row['schedule_version']),
      isDemonstration: row['schedule_is_demonstration'] === true,
      class: String(row['retention_class']),
      scheduledOn: String(row['scheduled_on']),
      destroyOn: String(row['destroy_on']),
    },
    status: Buffer.isBuffer(wrappedKey)
      ? { state: 'sealed', wrappedKey }
      : { state: 'destroyed', at: row['destroyed_at'] as Date },
    included: moment(row['included_by'], row['included_at']),
    cleared: moment(row['cleared_by'], row['cleared_at']),
    consents: listOf(row['consents']).map(parseConsent),
    copies: listOf(row['copies']).map(parseCopy),
    checks: listOf(row['checks']).map(parseCheck),
    answers: listOf(row['answers']).map(parseAnswer),
  }
}

function moment(by: unknown, at: unknown): { readonly by: string; readonly at: Date } | undefined {
  return at instanceof Date ? { by: String(by), at } : undefined
}

/** What `jsonb_agg` gives, or null where there is nothing. */
function listOf(value: unknown): Record<string, unknown>[] {
  return (value ?? []) as Record<string, unknown>[]
}

function dateOf(value: unknown): Date | undefined {
  return typeof value === 'string' ? new Date(value) : undefined
}

function parseConsent(row: Record<string, unknown>): PictureConsent {
  return {
    id: String(row['id']),
    who: String(row['who']),
    form: String(row['form']),
    writtenOn: String(row['written_on']),
    uses: String(row['uses']),
    storage: String(row['storage']),
    until: String(row['until']),
    sharedWith: row['shared_with'] as PictureConsent['sharedWith'], // only what schemas.ts takes is written
    recordedAt: new Date(String(row['recorded_at'])),
    withdrawnAt: dateOf(row['withdrawn_at']),
  }
}

function parseCopy(row: Record<string, unknown>): PictureCopy {
  const [recalledAt, endedAt] = [dateOf(row['recalled_at']), dateOf(row['ended_at'])]
  return {
    id: String(row['id']),
    kind: row['kind'] as PictureCopy['kind'], // the table's constraint has no other
    place: typeof row['place'] === 'string' ? row['place'] : undefined,
    personId: String(row['person_id']),
    madeAt: new Date(String(row['made_at'])),
    recalled: recalledAt && { at: recalledAt, because: row['recalled_for'] as NonNullable<PictureCopy['recalled']>['because'] }, // likewise
    ended: endedAt && { at: endedAt, by: String(row['ended_by']), how: String(row['ended_how']) },
  } // prettier-ignore
}

function parseCheck(row: Record<string, unknown>): PictureCheck {
  return {
    id: String(row['id']),
    question: row['question'] as PictureCheck['question'], // the table's constraint has no other
    answer: row['answer'] as PictureCheck['answer'], // likewise
    words: String(row['words']),
    by: String(row['answered_by']),
    party: String(row['party']),
    at: new Date(String(row['answered_at'])),
  }
}

function parseAnswer(row: Record<string, unknown>): PictureAnswer {
  const decidedAt = dateOf(row['decided_at'])
  return {
    id: String(row['id']),
    answer: row['answer'] as PictureAnswer['answer'], // the table's constraint has no other
    words: typeof row['words'] === 'string' ? row['words'] : undefined,
    by: String(row['answered_by']),
    at: new Date(String(row['answered_at'])),
    decided: decidedAt && {
      decision: row['decision'] === 'accepted' ? 'accepted' : 'overruled',
      by: String(row['decided_by']),
      at: decidedAt,
      reason: String(row['reason']),
    },
  }
}
