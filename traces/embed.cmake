# cmake -DNAME=css -DIN=report.css -DOUT=x.c -P embed.cmake: a text file as a C
# array, NUL-terminated. An array, since a string literal has a length limit.
file(READ ${IN} hex HEX)
string(REGEX REPLACE "(................................)" "\\1\n\t" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1, " hex "${hex}")
file(WRITE ${OUT} "/* made by traces/embed.cmake */
extern const char npu__asset_${NAME}[];
const char npu__asset_${NAME}[] = {
\t${hex}0x00
};
")
