// Ends with a line that says which Node is needed when this one is too old.
import { isNewEnough, refuse } from './find-node.mjs'

if (!isNewEnough) refuse()
