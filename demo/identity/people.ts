// The demonstration people: invented, of no real organisation's staff, with addresses under the reserved domain
// `.example` (RFC 2606). A role here is only what the sign-in page says; what somebody may do is the gateway's own
// record of (issuer, subject), which the demonstration seeds from this list.

export interface DemonstrationPerson {
  readonly subject: string
  readonly name: string
  readonly email: string
  /** A key from the contract's list of parties; absent for somebody who belongs to none. */
  readonly party?: 'hmi-prisons' | 'hmpps' | 'moj-data-and-analysis'
  readonly roles: readonly string[]
  /** What the sign-in page says beside the name. */
  readonly description: string
}

export const demonstrationPeople = [
  {
    subject: 'ayesha.rahman',
    name: 'Ayesha Rahman',
    email: 'ayesha.rahman@hmi-prisons.example',
    party: 'hmi-prisons',
    roles: ['analyst'],
    description: 'Analyst, HMI Prisons. On the team of the open inspection.',
  },
  {
    subject: 'tom.whitfield',
    name: 'Tom Whitfield',
    email: 'tom.whitfield@hmi-prisons.example',
    party: 'hmi-prisons',
    roles: ['analyst'],
    description: 'Analyst, HMI Prisons. Not on the team of the open inspection.',
  },
  {
    subject: 'gwen.pritchard',
    name: 'Gwen Pritchard',
    email: 'gwen.pritchard@hmi-prisons.example',
    party: 'hmi-prisons',
    roles: ['approver'],
    description: 'Approver, HMI Prisons.',
  },
  {
    subject: 'daniel.okafor',
    name: 'Daniel Okafor',
    email: 'daniel.okafor@hmpps.example',
    party: 'hmpps',
    roles: ['supply-desk'],
    description: 'Supply desk officer, HMPPS.',
  },
  {
    subject: 'marta.kowalczyk',
    name: 'Marta Kowalczyk',
    email: 'marta.kowalczyk@hmi-prisons.example',
    party: 'hmi-prisons',
    roles: ['assurance-officer'],
    description: 'Information assurance officer, HMI Prisons.',
  },
  {
    subject: 'samir.haddad',
    name: 'Samir Haddad',
    email: 'samir.haddad@hmi-prisons.example',
    party: 'hmi-prisons',
    roles: ['assurance-officer'],
    description: 'Second information assurance officer, HMI Prisons. Authorises what the first asks.',
  },
  {
    subject: 'rhian.davies',
    name: 'Rhian Davies',
    email: 'rhian.davies@hmi-prisons.example',
    party: 'hmi-prisons',
    roles: ['concerns-editor', 'export-releaser'],
    description: 'Keeps the concerns database, HMI Prisons. Releases its export.',
  },
  {
    subject: 'oliver.bennett',
    name: 'Oliver Bennett',
    email: 'oliver.bennett@hmi-prisons.example',
    party: 'hmi-prisons',
    roles: ['export-releaser'],
    description: 'Releases the concerns export, HMI Prisons.',
  },
  {
    subject: 'nadia.hussain',
    name: 'Nadia Hussain',
    email: 'nadia.hussain@hmpps.example',
    party: 'hmpps',
    roles: ['intelligence-team'],
    description: 'Intelligence Team, HMPPS. Receives the concerns export.',
  },
  {
    subject: 'helen.marsh',
    name: 'Helen Marsh',
    email: 'helen.marsh@hmi-prisons.example',
    party: 'hmi-prisons',
    roles: ['records-manager', 'hub-administrator'],
    description:
      'Records manager, HMI Prisons. Looks after dates of destruction and holds, and after accounts of the Performance Hub.',
  },
  {
    subject: 'leila.santos',
    name: 'Leila Santos',
    email: 'leila.santos@justice.example',
    party: 'moj-data-and-analysis',
    roles: ['hub-administrator'],
    description: 'Data and Analysis, Ministry of Justice. Looks after the Performance Hub.',
  },
  {
    subject: 'martin.boyle',
    name: 'Martin Boyle',
    email: 'martin.boyle@hmi-prisons.example',
    party: 'hmi-prisons',
    roles: ['report-owner'],
    description: 'Report owner, HMI Prisons. Runs the fact check and signs for figures.',
  },
  {
    subject: 'grace.adeyemi',
    name: 'Grace Adeyemi',
    email: 'grace.adeyemi@hmi-prisons.example',
    party: 'hmi-prisons',
    roles: ['publisher'],
    description: 'Publisher, HMI Prisons. Clears what goes out.',
  },
  {
    subject: 'colin.baxter',
    name: 'Colin Baxter',
    email: 'colin.baxter@hmpps.example',
    party: 'hmpps',
    roles: ['scrutiny-team'],
    description: 'Scrutiny team, HMPPS. Is told of figures in drafts, and can object.',
  },
  {
    subject: 'ruth.castle',
    name: 'Ruth Castle',
    email: 'ruth.castle@hmi-prisons.example',
    party: 'hmi-prisons',
    roles: ['agreement-keeper'],
    description: 'Keeps the agreements, HMI Prisons.',
  },
  {
    subject: 'peter.lowe',
    name: 'Peter Lowe',
    email: 'peter.lowe@hmpps.example',
    party: 'hmpps',
    roles: ['agreement-keeper'],
    description: 'Keeps the agreements, HMPPS.',
  },
  {
    subject: 'iain.fletcher',
    name: 'Iain Fletcher',
    email: 'iain.fletcher@visitor.example',
    roles: [],
    description: 'No role. Can sign in and can do nothing.',
  },
] as const satisfies readonly DemonstrationPerson[]
