/// The functions runtime: folders of code are deployed as functions, started once, and each request
/// is served by a guest as it was then.
///
/// A [dev.mote.functions.Functions] is what there is of them; a
/// [dev.mote.functions.DeployedFunction] serves requests. How they come and go, by HTTP or
/// otherwise, is for others.
package dev.mote.functions;
