// Migration: one look at a cluster and a clock in, writes and an explanation out. Pure: the same look gives the same
// plan, so that every step can be replayed, and a search can crash the operator between any two of them.
//
//   Observation/ ObservedMigration: spec's settings, the live Service, the Deployments, quota, gates' results, the clock
//   Record/      MigrationRecord: all that is remembered, in one annotation of the live Service
//   Machine/     Step, Trigger and the TransitionTable: the state machine as data; StepJudge: what moves each step on
//   Plan/        MigrationPlanner.plan(look) -> MigrationPlan: the record moved on, and the writes that the step asks for
//   Report/      conditions, events and words for people
//
// Who drives it looks (caches will do), plans, and when the plan says `needsFreshLook`, looks at the server and plans
// again. Then it makes the plan's writes in their order, each with its preconditions, until one fails, and looks anew:
// after every write, when anything changes, and at `wakeAt`. It has the gate run that the plan names, and no other, and
// counts requests on `drainingRevisions`. docs/migration.md is the page for users.
//
// Where state lives. The live Service holds both the selector, which says who serves, and the record, which says what
// is under way and until when. One write changes both, under the Service's resourceVersion: there is no moment between
// them in which a crash could leave one without the other, and a leader that looks at an old Service gets 409.
// Deployments hold only a number, the claim (`RevisionDeployment.claim`), which fences their deletion.
//
// What fences an old leader. The record has an epoch, which grows with every change of the selector and with every
// retirement. Before a revision is selected, its Deployment is claimed for the epoch that the selection will begin;
// only a Deployment whose claim is not above the epoch of its retirement is deleted or made smaller. So a leader that
// has not seen the selection either sees the claim and keeps its hands off, or has an older Deployment in view and its
// write, which carries uid and resourceVersion, gets 409.
