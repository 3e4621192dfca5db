// The gateway itself, as the rules see it: what its worker and its watch do is decided like anybody's act.

export const gatewayProcess = {
  id: 'gateway',
  name: 'gateway',
  email: 'gateway',
  party: 'gateway', // of none: its role is what the rules ask for
  roles: ['gateway'],
} as const
