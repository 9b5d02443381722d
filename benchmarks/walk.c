/* The physical limit: one pass over the record headers of a little-endian pcap file, mapped without
 * MAP_POPULATE; reads both length fields and sums the original ones. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
    struct stat st;
    int fd = argc > 1 ? open(argv[1], O_RDONLY) : -1;
    if (fd < 0 || fstat(fd, &st) < 0)
        return 1;
    const uint8_t *data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        return 1;
    uint64_t packets = 0, wire_bytes = 0;
    for (off_t pos = 24; pos + 16 <= st.st_size; packets++) {
        uint32_t cap_len, wire_len;
        memcpy(&cap_len, data + pos + 8, 4);
        memcpy(&wire_len, data + pos + 12, 4);
        wire_bytes += wire_len;
        pos += 16 + cap_len;
    }
    printf("%lu %lu\n", packets, wire_bytes);
    return 0;
}
