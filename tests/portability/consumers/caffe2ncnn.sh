# Build caffe2ncnn, which no package has, into a folder: caffe2ncnn.sh FOLDER
# It needs git, g++ and the headers and compiler of protobuf. NCNN is a repository of ncnn,
# the address of one or a folder.
set -e
commit=a4d2ea1d4422c9e849f166fd7a4aefb52f942f6a
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
repository=${NCNN:-https://github.com/Tencent/ncnn}
if [ ! -d "$repository" ]; then
    git -C "$built" init --quiet --bare clone
    git -C "$built/clone" fetch --quiet --depth 1 "$repository" $commit
    repository=$built/clone
fi
git -C "$repository" archive $commit tools/caffe | tar -x -C "$built"
source=$built/tools/caffe
protoc --proto_path="$source" --cpp_out="$source" "$source/caffe.proto"
g++ -o "$1/caffe2ncnn" "$source/caffe2ncnn.cpp" "$source/caffe.pb.cc" -lprotobuf
