/* The number by which a program sees that it was restored: the host has it in memory, and the vDSO a function that
 * returns it. The vDSO is an ELF file in memory, which this reads as far as it says that it goes. */
#define _DEFAULT_SOURCE /* getauxval's header, with glibc */
#include "internal.h"

#include <elf.h>
#include <string.h>
#include <sys/auxv.h>

typedef struct {
  const uint8_t *bytes;
  size_t size;
} image;

/* What is there; NULL if it is not within the image, or not aligned. */
static const void *at(image file, uint64_t offset, uint64_t size) {
  bool inside = offset <= file.size && size <= file.size - offset;
  return inside && offset % 8 == 0 ? file.bytes + offset : NULL;
}

/* The values of the dynamic section that matter. */
typedef struct {
  uint64_t hash, symbols, strings, strings_size;
} tables;

static tables read_dynamic(image file, const Elf64_Phdr *dynamic) {
  tables found = {0};
  for (uint64_t i = 0; i < dynamic->p_memsz / sizeof(Elf64_Dyn); i++) {
    const Elf64_Dyn *entry = at(file, dynamic->p_offset + i * sizeof *entry, sizeof *entry);
    if (entry == NULL || entry->d_tag == DT_NULL)
      break;
    switch (entry->d_tag) {
      case DT_HASH: found.hash = entry->d_un.d_ptr; break;
      case DT_SYMTAB: found.symbols = entry->d_un.d_ptr; break;
      case DT_STRTAB: found.strings = entry->d_un.d_ptr; break;
      case DT_STRSZ: found.strings_size = entry->d_un.d_val; break;
    }
  }
  return found;
}

static bool is_named(image file, tables in, uint64_t offset, const char *name) {
  size_t size = strlen(name) + 1;
  if (offset > in.strings_size || size > in.strings_size - offset || in.strings > file.size ||
      in.strings_size > file.size - in.strings)
    return false;
  return memcmp(file.bytes + in.strings + offset, name, size) == 0;
}

/* Its address in the image; NULL if it is not there. */
static const void *find_in(image file, tables in, const char *name) {
  const Elf64_Word *counts = at(file, in.hash, 2 * sizeof *counts);
  uint64_t symbols = counts == NULL || in.hash == 0 ? 0 : counts[1];
  for (uint64_t i = 1; i < symbols; i++) {
    const Elf64_Sym *symbol = at(file, in.symbols + i * sizeof *symbol, sizeof *symbol);
    if (symbol == NULL)
      break;
    if (symbol->st_shndx != SHN_UNDEF && symbol->st_value < file.size && is_named(file, in, symbol->st_name, name))
      return file.bytes + symbol->st_value;
  }
  return NULL;
}

const void *mote_symbol(const void *elf, size_t most, const char *name) {
  image head = {elf, most}, file = {elf, 0};
  const Elf64_Ehdr *header = at(head, 0, sizeof *header);
  if (header == NULL || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_ident[EI_CLASS] != ELFCLASS64)
    return NULL;
  const Elf64_Phdr *dynamic = NULL;
  for (uint64_t i = 0; i < header->e_phnum; i++) {
    const Elf64_Phdr *part = at(head, header->e_phoff + i * sizeof *part, sizeof *part);
    if (part == NULL)
      return NULL;
    if (part->p_type == PT_DYNAMIC)
      dynamic = part;
    else if (part->p_type == PT_LOAD && part->p_offset == 0 && part->p_vaddr == 0)
      file.size = part->p_memsz < most ? part->p_memsz : most;
  }
  return dynamic == NULL ? NULL : find_in(file, read_dynamic(file, dynamic), name);
}

uint64_t mote_restore_id(void) {
  enum { MOST = 4096 }; /* the host's has one page; another one, which may be larger, has no such function */
  typedef uint64_t id_function(void);
  static id_function *function;
  static bool searched;
  if (!searched) {
    searched = true;
    const void *vdso = (const void *)getauxval(AT_SYSINFO_EHDR); /* NULL if there is none */
    const void *found = vdso == NULL ? NULL : mote_symbol(vdso, MOST, "__mote_restore_id");
    memcpy(&function, &found, sizeof function);
  }
  return function == NULL ? 0 : function();
}
