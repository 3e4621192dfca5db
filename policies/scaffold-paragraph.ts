// The parts of a scaffold that have no words of an agreement in them: the sample, the rules and their examples. They hold as
// they are, and are changed with the agreement.

export interface ScaffoldWish {
  /** The key of the new agreement, and the name of its folder. */
  readonly key: string
  /** Who supplies, and who receives: keys of parties.yaml. */
  readonly from: string
  readonly to: string
}

/** What the scaffold takes from what is loaded, so that it names nothing that there is not. */
export interface ScaffoldParts extends ScaffoldWish {
  readonly supplier: string
  readonly approver: string | undefined
  readonly dataset: string
  readonly fields: readonly string[]
  readonly purpose: string
  readonly schedule: string
  readonly retentionClass: string
}

export function scaffoldSample(parts: ScaffoldParts): string {
  const { key, from, to, supplier, dataset, fields, purpose, retentionClass } = parts
  const inDate = 'trainedUntil: 2030-12-31, vettedUntil: 2030-12-31'
  return `    # What the examples start from: a case in which every act is permitted to the person whose act it is.
    sample:
      now: 2030-03-04T10:00:00Z
      people:
        analyst: { id: analyst, party: ${to}, roles: [analyst], ${inDate}, keyEnrolled: true, overdueDuties: 0 }
        approver: { id: approver, party: ${to}, roles: [approver], ${inDate}, keyEnrolled: false, overdueDuties: 0 }
        supplier: { id: supplier, party: ${from}, roles: [${supplier}], keyEnrolled: false, overdueDuties: 0 }
        gateway: { id: gateway, party: ${to}, roles: [gateway], keyEnrolled: false, overdueDuties: 0 }
      transfer:
        id: T-1
        agreement: ${key}
        exchange: data
        from: ${from}
        to: ${to}
        state: approved
        requester: analyst
        approver: approver
        dataset: ${dataset}
        fields: [${fields.join(', ')}]
        establishments: [BMI]
        periodFrom: 2030-01-01
        periodTo: 2030-01-31
        purpose: ${purpose}
        relevanceStated: true
        statutoryBasis: The Act that the data is needed under
        retentionClass: ${retentionClass}
        marking: OFFICIAL-SENSITIVE
        cipherProfile: aes-256-gcm-commit-v1
        lawfulBasis: UK GDPR article 6(1)(e)
        dataCategories: [records]
        holds: 0
        destroyOn: 2030-03-04
        grantUntil: 2030-03-04
`
}

export function scaffoldExamples({ key, from, to }: ScaffoldParts): string {
  return `examples:
  - { name: A request while the agreement is in force, as: analyst, when: request, permits: true }
  - name: A request before the agreement is in force
    as: analyst
    given: { now: 1999-12-31T12:00:00Z }
    when: request
    refuses: [${key}/1]
  - name: What goes the other way is no part of this exchange
    as: analyst
    given: { transfer: { from: ${to}, to: ${from} } }
    when: request
    refuses: [local/default-deny]
  - { name: The gateway seals, as: gateway, when: seal, permits: true }
  - name: The cipher profile is not an approved one
    as: gateway
    given: { transfer: { cipherProfile: none } }
    when: seal
    refuses: [${key}/1-encryption]
  - name: The class is in no schedule
    as: gateway
    given: { transfer: { retentionClass: for-ever } }
    when: seal
    refuses: [${key}/1-retention]
  - { name: The gateway destroys on the date, as: gateway, when: destroy, permits: true }
  - name: The date has not come
    as: gateway
    given: { transfer: { destroyOn: 2030-03-05 } }
    when: destroy
    refuses: [${key}/1-retention]
  - name: A hold is on the data
    as: gateway
    given: { transfer: { holds: 1 } }
    when: destroy
    refuses: [${key}/1-retention]
`
}

export function scaffoldRules({ key, from, to }: ScaffoldParts): string {
  const rule = (clause: string, refusal: string, remedy: string, who: string) =>
    `@clause("${key}/${clause}")\n@refusal("${refusal}")\n@remedy("${remedy}")\n@who("${who}")`
  const owner = 'The owner of the retention schedule.'
  return `// Paragraph 1. One broad permit for the exchange; every clause that can stop an act is a forbid of its own.

@exchange("data")
permit (
  principal,
  action in [
    Action::"request", Action::"return", Action::"approve", Action::"supply", Action::"part-supply", Action::"escalate",
    Action::"seal", Action::"collect", Action::"acknowledge", Action::"destroy"
  ],
  resource
)
when {
  resource.agreement == "${key}" && resource.exchange == "data" && resource.from == "${from}" && resource.to == "${to}"
};

${rule('1', 'The transfer cites no agreement that is in force between the two parties.', 'Cite the agreement that is in force today.', "Nobody while no agreement is in force. The parties' lead contacts can sign one.")}
forbid (
  principal,
  action in [
    Action::"request", Action::"approve", Action::"supply", Action::"part-supply", Action::"escalate", Action::"seal",
    Action::"collect"
  ],
  resource
)
unless {
  context has agreement &&
  context.agreement.parties.containsAll([resource.from, resource.to]) &&
  context.agreement.inForceFrom <= context.today &&
  !(context.agreement has inForceUntil && context.agreement.inForceUntil < context.today)
};

${rule('1-encryption', 'The package is not sealed under an approved cipher profile.', 'Ask the operator to seal it again under a profile that is approved today.', 'Nobody: there is no unencrypted route.')}
forbid (principal, action in [Action::"seal", Action::"collect"], resource)
unless { resource has cipherProfile && context.cipherProfiles.contains(resource.cipherProfile) };

${rule('1-retention', 'The data has no retention class of the schedule that governs it.', 'Choose a class of that schedule.', owner)}
forbid (principal, action == Action::"seal", resource)
unless { resource has retentionClass && context.retentionClasses.contains(resource.retentionClass) };

${rule('1-retention', 'The data has not reached its date of destruction.', "Wait for the date, or ask the schedule's owner to change it.", owner)}
forbid (principal, action == Action::"destroy", resource)
unless { resource has destroyOn && resource.destroyOn <= context.today };

${rule('1-retention', 'A hold is on the data, or it is not known that there is none.', 'Ask for the hold to be lifted. That takes two people.', 'The two people who can lift the hold.')}
forbid (principal, action == Action::"destroy", resource)
unless { resource has holds && resource.holds == 0 };
`
}
