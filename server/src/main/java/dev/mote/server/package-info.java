/// The server of functions: requests to them, and the API and the page by which they are deployed
/// and looked at. A [dev.mote.server.FunctionServer] is one of them.
package dev.mote.server;
