// Stands in for GOV.UK Frontend's own errors (see tools/assets/build.mjs). Those explain to a developer what is wrong
// with their markup, in half a kilobyte that everybody would fetch; ours is held right by tests.
export class GOVUKFrontendError extends Error {}
export { GOVUKFrontendError as SupportError, GOVUKFrontendError as ConfigError, GOVUKFrontendError as ElementError, GOVUKFrontendError as InitError }
