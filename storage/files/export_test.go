package files

// Trouble lets the tests see how a full disk is told.
var Trouble = trouble
