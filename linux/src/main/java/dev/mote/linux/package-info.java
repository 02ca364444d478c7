/// The program's world; see the module's description.
///
/// ### What a program is
///
/// [ElfImage#parse] reads the headers of an executable and checks every number in them, so that who
/// loads it need not; [ElfIdentity] says what a file is that is none, [ElfException] why it is
/// refused. [Symbols] names addresses of it for fault reports. All of these read bytes that nobody
/// vouches for: work and memory are bounded, sums cannot wrap, text is made [Printable].
///
/// ### What a program asks for
///
/// [SystemCallTable] knows every system call by number: its name, and of which [ArgumentKind] its
/// arguments are ([SystemCallList] is the table itself). [Trace] writes calls by it as `strace`
/// would: [ArgumentWriter] for arguments, [StructText] for structures, [ResultText] for results,
/// [FlagNames] and [ValueNames] for numbers with names. A new call is one line of the table; a new
/// structure is a kind and a case in `StructText`.
package dev.mote.linux;
